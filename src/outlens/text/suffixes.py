"""Loops over a suffix array, compiled by numba. Entries are suffixes by rank; `lcp` compares each with the previous.

The suffix array's intervals and their traversal are those of Abouelhoda, Kurtz and Ohlebusch 2004. Distinct documents
are counted by subtracting at the lowest common ancestor (Hui 1992).
"""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt

from outlens.text.compiled import compiled

Int32s = npt.NDArray[np.int32]


@compiled
def without(lcp: Int32s, gone: npt.NDArray[np.bool_]) -> Int32s:
    """Return the lcp of the remaining entries after some are removed."""
    out = np.empty(len(lcp) - gone.sum(), np.int32)
    least, at = np.int32(2**31 - 1), 0
    for r in range(len(lcp)):
        least = min(least, lcp[r])
        if not gone[r]:
            out[at] = least
            at += 1
            least = np.int32(2**31 - 1)
    if len(out):
        out[0] = 0
    return out


@compiled
def longest_in(lcp: Int32s, marked: npt.NDArray[np.bool_]) -> Int32s:
    """(entries,): how many of each entry's first words also begin a marked entry."""
    n = len(lcp)
    out = np.zeros(n, np.int32)
    seen, common = False, np.int32(0)
    for r in range(n):
        common = min(common, lcp[r]) if seen else np.int32(0)
        if marked[r]:
            seen, common = True, np.int32(2**31 - 1)
        elif seen:
            out[r] = common
    seen, common = False, np.int32(0)
    for r in range(n - 1, -1, -1):
        if r < n - 1:
            common = min(common, lcp[r + 1]) if seen else np.int32(0)
        if marked[r]:
            seen, common = True, np.int32(2**31 - 1)
        elif seen:
            out[r] = max(out[r], common)
    return out


@compiled
def reach(lcp: Int32s, text: Int32s, suffix: Int32s, bounds: npt.NDArray[np.int64], weight: Int32s, k: int) -> Int32s:
    """(words,): how many words from each word on are in at least `k` outputs.

    For each right end, a sliding window over the ranks finds the narrowest range that holds k outputs. A sweep each way
    follows, since entries just outside the window may share almost as much.
    """
    n = len(lcp)
    out = np.zeros(n, np.int32)
    count = np.zeros(len(weight), np.int32)
    held = 0
    left = 0
    # Ranks in the window with increasing lcp; the first has the smallest.
    rising = np.empty(n, np.int32)
    head, tail = 0, 0
    for r in range(n):
        d = text[r]
        if count[d] == 0:
            held += weight[d]
        count[d] += 1
        while tail > head and lcp[rising[tail - 1]] >= lcp[r]:
            tail -= 1
        rising[tail] = r
        tail += 1
        while left < r:
            e = text[left]
            if count[e] == 1:
                if held - weight[e] < k:
                    break
                held -= weight[e]
            count[e] -= 1
            left += 1
        while head < tail and rising[head] <= left:
            head += 1
        if held >= k:
            out[r] = bounds[d + 1] - suffix[r] if left == r else lcp[rising[head]]
    for r in range(1, n):
        out[r] = max(out[r], min(out[r - 1], lcp[r]))
    for r in range(n - 2, -1, -1):
        out[r] = max(out[r], min(out[r + 1], lcp[r + 1]))
    by_word = np.empty(n, np.int32)
    for r in range(n):
        by_word[suffix[r]] = out[r]
    return by_word


@compiled
def holders(lcp: Int32s, text: Int32s, suffix: Int32s, weight: Int32s, words: Int32s) -> tuple[Int32s, Int32s]:
    """Return how many outputs contain the `words` words from each word on, and the first rank that begins with them.

    Words are skipped where `words` is 0.
    """
    n = len(lcp)
    # The path from the root to the entry: intervals by left end, depth and number.
    left = np.empty(n + 2, np.int32)
    depth = np.empty(n + 2, np.int32)
    node = np.empty(n + 2, np.int32)
    total = np.zeros(2 * n + 2, np.int32)
    last = np.full(len(weight), -1, np.int32)
    of = np.full(n, -1, np.int32)
    first = np.empty(n, np.int32)
    # Pending entries, the most words first: a heap of -(words, entry) as one number.
    waiting = [np.int64(0) for _ in range(0)]
    left[0], depth[0], node[0] = 0, 0, 0
    top, nodes = 0, 1
    for r in range(n):
        after = lcp[r + 1] if r + 1 < n else np.int32(0)
        if after > depth[top]:
            top += 1
            left[top], depth[top], node[top] = r, after, nodes
            nodes += 1
        elif after < depth[top]:
            at = top
            while depth[at - 1] > after:
                at -= 1
            if depth[at - 1] < after:
                # A new interval in between begins where the lowest of those that end here begins.
                for i in range(top, at - 1, -1):
                    left[i + 1], depth[i + 1], node[i + 1] = left[i], depth[i], node[i]
                depth[at], node[at] = after, nodes
                top += 1
                nodes += 1
        d = text[r]
        total[node[top]] += weight[d]
        before = last[d]
        if before >= 0:
            low, high = 0, top
            while low < high:
                middle = (low + high + 1) // 2
                if left[middle] <= before:
                    low = middle
                else:
                    high = middle - 1
            total[node[low]] -= weight[d]
        last[d] = r
        first[r] = r
        wanted = words[suffix[r]]
        if 0 < wanted <= depth[top]:
            heapq.heappush(waiting, -((np.int64(wanted) << 32) + r))
        # Intervals deeper than `after` end here: count for the entries with more words than that.
        while len(waiting) and (-waiting[0]) >> 32 > after:
            asked = -heapq.heappop(waiting)
            entry = asked & 0xFFFFFFFF
            low, high = 0, top
            while low < high:
                middle = (low + high) // 2
                if depth[middle] >= asked >> 32:
                    high = middle
                else:
                    low = middle + 1
            of[entry], first[entry] = node[low], left[low]
        while depth[top] > after:
            total[node[top - 1]] += total[node[top]]
            top -= 1
    count, rank = np.empty(n, np.int32), np.empty(n, np.int32)
    for r in range(n):
        count[suffix[r]] = total[of[r]] if of[r] >= 0 else weight[text[r]]
        rank[suffix[r]] = first[r]
    return count, rank


@compiled
def spread(lcp: Int32s, text: Int32s, weight: Int32s, m: int) -> Int32s:
    """(entries,): how many outputs contain each entry's first `m` words (it must have at least m)."""
    n = len(lcp)
    out = np.empty(n, np.int32)
    seen = np.full(len(weight), -1, np.int32)
    start = 0
    while start < n:
        end, count = start, 0
        while end < n and (end == start or lcp[end] >= m):
            if seen[text[end]] != start:
                seen[text[end]] = start
                count += weight[text[end]]
            end += 1
        out[start:end] = count
        start = end
    return out


@compiled
def widest(count: Int32s, bounds: npt.NDArray[np.int64], m: int) -> Int32s:
    """(words,): the largest count of the `m` sequences of m words that cover each word, at least 1."""
    out = np.ones(len(count), np.int32)
    queue = np.empty(m, np.int64)
    for t in range(len(bounds) - 1):
        head, size = 0, 0
        for at in range(bounds[t], bounds[t + 1]):
            while size and queue[head] <= at - m:
                head = (head + 1) % m
                size -= 1
            while size and count[queue[(head + size - 1) % m]] <= count[at]:
                size -= 1
            queue[(head + size) % m] = at
            size += 1
            out[at] = max(1, count[queue[head]])
    return out


@compiled
def maximal(reach: Int32s, bounds: npt.NDArray[np.int64], m: int) -> npt.NDArray[np.bool_]:
    """(words,): whether a maximal span of at least m words begins there; `reach` is the longest from each word."""
    out = np.zeros(len(reach), np.bool_)
    for t in range(len(bounds) - 1):
        before = -1
        for at in range(bounds[t], bounds[t + 1]):
            out[at] = reach[at] >= m and at + reach[at] > before
            before = at + reach[at]
    return out


@compiled
def apart(
    lcp: Int32s,
    suffix: Int32s,
    rank: Int32s,
    at: npt.NDArray[np.int64],
    words: npt.NDArray[np.int64],
    limit: int,
) -> npt.NDArray[np.int64]:
    """Choose sequences in order, each only if it neither contains nor is part of one chosen before it.

    Sequence i has `words[i]` words, starting at `at[i]`. Returns the numbers of at most `limit` chosen sequences.
    """
    n = len(suffix)
    chosen = np.empty(min(limit, len(at)), np.int64)
    size = 0
    # For each word, the length of the shortest chosen sequence that begins there, at any of its places; 0 for none.
    shortest = np.zeros(n, np.int64)
    # For each word, where the chosen sequences that cover it end, each at one of its places; 0 for none.
    covered_to = np.zeros(n, np.int64)
    for i in range(len(at)):
        if size == len(chosen):
            break
        start, end = at[i], at[i] + words[i]
        free = True
        for place in range(start, end):
            if shortest[place] and place + shortest[place] <= end:
                free = False
                break
        if not free:
            continue
        # The places of a sequence are neighbours in the suffix array.
        first = rank[start]
        while first > 0 and lcp[first] >= words[i]:
            first -= 1
        last = rank[start] + 1
        while last < n and lcp[last] >= words[i]:
            last += 1
        for r in range(first, last):
            if covered_to[suffix[r]] >= suffix[r] + words[i]:
                free = False
                break
        if not free:
            continue
        chosen[size] = i
        size += 1
        for r in range(first, last):
            if not shortest[suffix[r]] or words[i] < shortest[suffix[r]]:
                shortest[suffix[r]] = words[i]
        for place in range(start, end):
            covered_to[place] = max(covered_to[place], end)
    return chosen[:size]


@compiled
def until(echo: Int32s, bounds: npt.NDArray[np.int64], m: int) -> Int32s:
    """(words,): the number of words from each word to the next echo; the `echo` words from a word are in the prompt."""
    out = np.empty(len(echo), np.int32)
    for t in range(len(bounds) - 1):
        end = bounds[t]
        for at in range(bounds[t], bounds[t + 1]):
            if echo[at] >= m:
                end = max(end, at + echo[at])
            out[at] = 0 if at < end else 1
        for at in range(bounds[t + 1] - 2, bounds[t] - 1, -1):
            if out[at]:
                out[at] = out[at + 1] + 1
    return out
