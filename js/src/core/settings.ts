// The settings of the view, which every view of the lens and Python share.
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { View } from "../wire/types";

export class Settings {
  readonly #each = new Map<keyof View, ReadonlySignal<unknown>>();

  constructor(readonly traits: Traits) {}

  /** All settings. Reading it subscribes to every one of them. */
  get all(): View {
    return this.traits.view.value;
  }

  /** One setting. Reading it subscribes to this setting only. */
  get<K extends keyof View>(name: K): View[K] {
    let setting = this.#each.get(name) as ReadonlySignal<View[K]> | undefined;
    if (!setting) {
      setting = computed(() => this.traits.view.value[name]);
      this.#each.set(name, setting);
    }
    return setting.value;
  }

  set(change: Partial<View>): void {
    this.traits.set({ view: this.with(change) });
  }

  /** The settings with some of them changed, for a gesture that changes other traits too. */
  with(change: Partial<View>): View {
    return { ...this.traits.view.peek(), ...change };
  }
}
