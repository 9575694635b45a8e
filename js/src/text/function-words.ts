// English function words. Python has the same list.
const WORDS = `a about after all also am an and any are as at be because been before being between but by can could did do
does doing down during each for from had has have having he her here hers him his how i if in into is it its itself just
may me might more most must my no nor not of off on once only or other our ours out over own per shall she should so some
such than that the their theirs them then there these they this those through to too under until up upon us very was we
were what when where whether which while who whom whose why will with within without would you your yours i'm i've i'd
i'll it's that's there's don't doesn't didn't isn't aren't wasn't can't won't`;
const FUNCTION_WORDS = new Set(WORDS.split(/\s+/));

export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word.toLowerCase().replaceAll("’", "'"));
}
