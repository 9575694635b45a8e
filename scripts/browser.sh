#!/usr/bin/env bash
# Find a Chromium or Chrome for the browser tests, or install Debian's.
set -euo pipefail
found() { for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v "$name" && return; done; return 1; }
[ -n "${OUTLENS_BROWSER:-}" ] && exit 0
found >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "installing Debian's chromium for the browser tests"
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
  found >/dev/null && exit 0
fi
echo "The browser tests need Chromium or Chrome: install one, or give its path in OUTLENS_BROWSER." >&2
exit 1
