// The panels that are rarely opened: the second module of the notebook. A page has them from the start.
import { Explained, mentioned } from "./panels/clusters/explained";
import { AskedPlace } from "./panels/drawer/asked-place";
import { ComparePanel } from "./panels/drawer/compare-panel";
import { Openings } from "./panels/drawer/openings";
import { Phrases } from "./panels/drawer/phrases";
import { Prompts } from "./panels/drawer/prompts";
import { Help } from "./panels/help";
import type { Panels } from "./panels/rare";
import { Interleaved } from "./panels/reader/interleaved";
import { Points } from "./panels/reader/points/points";
import { Sources } from "./panels/sources/sources";
import { TagPanel } from "./panels/tags/tag-panel";

const parts = {
  AskedPlace,
  ComparePanel,
  Explained,
  Help,
  Interleaved,
  Openings,
  Phrases,
  Points,
  Prompts,
  Sources,
  TagPanel,
};
const panels: Panels = { ...parts, mentioned };
export default panels;
