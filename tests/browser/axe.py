"""axe-core over the widget: what it finds wrong for people who use no mouse or no eyes."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """Rule, element and reason, at most three a rule."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(
        """async () => (await axe.run(document.querySelector(".outlens"))).violations.flatMap(
            (v) => v.nodes.slice(0, 3).map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.any.map((a) => a.message)}`)
        )"""
    )
    return found
