// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { host, makeMap, nextFrame, pointer, root } from "../testing/map";

function drag(path: readonly (readonly [number, number])[], init: PointerEventInit = {}): void {
  const [first = [0, 0] as const, ...rest] = path;
  pointer("pointerdown", ...first, init);
  for (const place of rest) pointer("pointermove", ...place, init);
  pointer("pointerup", ...(rest.at(-1) ?? first), init);
}

const AROUND_CENTRE = [
  [150, 150],
  [250, 150],
  [250, 250],
  [150, 250],
] as const;

describe("gestures", () => {
  it("lassoes, with Shift to add and Alt to remove", () => {
    const { events } = makeMap();
    drag(AROUND_CENTRE);
    drag(AROUND_CENTRE, { shiftKey: true });
    drag(AROUND_CENTRE, { altKey: true });
    expect(events.onLasso.mock.calls.map(([ids, mode]) => [[...ids], mode])).toEqual([
      [[4], "replace"],
      [[4], "add"],
      [[4], "remove"],
    ]);
    expect(events.onClick).not.toHaveBeenCalled();
  });

  it("treats a drag of few pixels as a click", () => {
    const { events } = makeMap();
    drag([
      [200, 200],
      [202, 201],
    ]);
    drag([[100, 100]], { altKey: true });
    expect(events.onClick.mock.calls).toEqual([
      [4, "replace"],
      [-1, "remove"],
    ]);
    expect(events.onLasso).not.toHaveBeenCalled();
  });

  it("pans with the pan tool, with Ctrl and with the middle button", () => {
    const { map, events } = makeMap();
    drag(
      [
        [200, 200],
        [210, 200],
      ],
      { ctrlKey: true },
    );
    drag(
      [
        [200, 200],
        [210, 200],
      ],
      { button: 1 },
    );
    map.tool = "pan";
    drag([
      [200, 200],
      [200, 170],
    ]);
    expect(map.project(4)).toEqual([220, 170]);
    expect(events.onLasso).not.toHaveBeenCalled();
    expect(events.onClick).not.toHaveBeenCalled();
  });

  it("lassoes with the pan tool while Shift is held", () => {
    const { map, events } = makeMap();
    map.tool = "pan";
    drag(AROUND_CENTRE, { shiftKey: true });
    expect(events.onLasso).toHaveBeenCalledTimes(1);
  });

  it.each(["pointercancel", "lostpointercapture"])("forgets a lasso on %s", (end) => {
    const { events } = makeMap();
    pointer("pointerdown", 150, 150);
    pointer("pointermove", 250, 150);
    pointer("pointermove", 250, 250);
    pointer(end, 250, 250);
    pointer("pointerup", 250, 250);
    expect(events.onLasso).not.toHaveBeenCalled();
    expect(events.onClick).not.toHaveBeenCalled();
  });

  it("reports a hovered point once, and again when the pointer leaves it", () => {
    const { events } = makeMap();
    pointer("pointermove", 203, 200, { buttons: 0 });
    pointer("pointermove", 202, 200, { buttons: 0 });
    pointer("pointermove", 300, 200, { buttons: 0 });
    pointer("pointermove", 200, 200, { buttons: 0 });
    pointer("pointerleave", 200, 200, { buttons: 0 });
    expect(events.onHover.mock.calls.map(([id]) => id)).toEqual([4, -1, 4, -1]);
    expect(events.onHover.mock.calls[0]).toEqual([4, 200, 200]);
  });

  it("zooms with the wheel around the pointer, only with the focus or Ctrl", () => {
    const { map } = makeMap();
    const turn = (init: WheelEventInit = {}): WheelEvent => {
      const event = new WheelEvent("wheel", { deltaY: -100, cancelable: true });
      // happy-dom's wheel event has neither coordinates nor modifier keys.
      const mouse = { clientX: 200, clientY: 200, ctrlKey: false, metaKey: false, ...init };
      for (const [name, value] of Object.entries(mouse)) Object.defineProperty(event, name, { value });
      host.dispatchEvent(event);
      return event;
    };
    expect(turn().defaultPrevented).toBe(false);
    expect(map.project(0)[0]).toBeCloseTo(24);
    expect(turn({ ctrlKey: true }).defaultPrevented).toBe(true);
    const [once] = map.project(0);
    expect(once).toBeLessThan(24);
    root.focus();
    expect(turn().defaultPrevented).toBe(true);
    expect(map.project(0)[0]).toBeLessThan(once);
    expect(map.project(4)[0]).toBeCloseTo(200);
  });

  it("zooms and pans with two fingers, without a lasso or a click", () => {
    const { map, events } = makeMap();
    const touch = { pointerType: "touch" };
    pointer("pointerdown", 150, 200, touch);
    pointer("pointerdown", 250, 200, { ...touch, pointerId: 2 });
    pointer("pointermove", 350, 200, { ...touch, pointerId: 2 });
    expect(map.project(4)[0]).toBeCloseTo(250);
    expect(map.project(4)[1]).toBeCloseTo(200);
    const across = map.project(1)[0] - map.project(0)[0];
    expect(across).toBeCloseTo(2 * 352);
    pointer("pointerup", 350, 200, { ...touch, pointerId: 2 });
    pointer("pointerup", 150, 200, touch);
    expect(events.onLasso).not.toHaveBeenCalled();
    expect(events.onClick).not.toHaveBeenCalled();
  });

  it("shows everything after a double click on empty space", () => {
    const { map } = makeMap();
    map.panBy(50, 0);
    host.dispatchEvent(new MouseEvent("dblclick", { clientX: 250, clientY: 200 }));
    for (let i = 0; i < 20; i++) nextFrame();
    expect(map.project(4)[0]).toBeCloseTo(250);
    host.dispatchEvent(new MouseEvent("dblclick", { clientX: 100, clientY: 100 }));
    for (let i = 0; i < 20; i++) nextFrame();
    expect(map.project(4)[0]).toBeCloseTo(200);
  });
});
