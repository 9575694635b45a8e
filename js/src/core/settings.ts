// The settings of the view, shared by all views of the lens and Python.
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { View } from "../wire/types";

export class Settings {
  readonly #each = new Map<keyof View, ReadonlySignal<unknown>>();

  constructor(readonly traits: Traits) {}

  /** All settings. Reading it subscribes to all of them. */
  get all(): View {
    return this.traits.view.value;
  }

  /** One setting. Reading it subscribes only to this one. */
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

  /** The settings with some changes, for a gesture that also changes other traits. */
  with(change: Partial<View>): View {
    return { ...this.traits.view.peek(), ...change };
  }
}
