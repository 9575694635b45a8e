"""axe-core over the widget: finds barriers for people who use no mouse or cannot see the page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Elements that axe cannot judge, by its reason, with the result of a manual check in the reader, light and dark.
UNDECIDED = [
    # − on the zoom button and ✕ on Close: at least 16:1 in both themes.
    ("color-contrast", "contains only non-text characters"),
    # The names on the map overlap the canvas, but each has the map's plain background: at least 18:1.
    ("color-contrast", "because element contains an image node"),
    # Undo, Redo, the zoom buttons and Close show a sign; their accessible name describes the action.
    ("label-content-name-mismatch", "Unable to determine if the visible text is part of the accessible name"),
    # Not checked by hand: the reader shows none, the tags may.
    ("color-contrast", "too short to determine if it is actual text"),
    ("color-contrast", "overlapped by another element"),
]

_RUN = """async (tags) => {
    const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations", "incomplete"] };
    const { violations, incomplete } = await axe.run(document.querySelector(".outlens"), options);
    const lines = (results, sort) => results.flatMap((rule) => rule.nodes.map((node) => {
        const checks = [...node.any, ...node.all, ...node.none].map((check) => check.message);
        return `${sort} ${rule.id}: ${node.html.slice(0, 160)} ${checks.join("; ")}`;
    }));
    return [...lines(violations, "violated"), ...lines(incomplete, "undecided")];
}"""


def violations(page: Page) -> list[str]:
    """Return the violations and undecided elements not checked by hand: rule, element and reason."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(_RUN, TAGS)
    return [
        line
        for line in found
        if not (line.startswith("undecided") and any(f" {rule}: " in line and why in line for rule, why in UNDECIDED))
    ]
