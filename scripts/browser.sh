#!/usr/bin/env bash
# Find a Chromium or Chrome for the browser tests, or install Debian's: the one without windows, even beside another,
# because it opens a page in half the time.
set -euo pipefail
found() { for name in "$@"; do command -v "$name" && return; done; return 1; }
headless=chromium-headless-shell
others=(chromium chromium-browser google-chrome google-chrome-stable)
[ -n "${OUTLENS_BROWSER:-}" ] && exit 0
found "$headless" >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "installing Debian's chromium for the browser tests"
  apt-get update -qq || true
  apt-get install -y -qq --no-install-recommends --no-remove "$headless" fonts-dejavu-core >/dev/null 2>&1 ||
    found "${others[@]}" >/dev/null ||
    apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi
found "$headless" "${others[@]}" >/dev/null && exit 0
echo "The browser tests need Chromium or Chrome: install one, or give its path in OUTLENS_BROWSER." >&2
exit 1
