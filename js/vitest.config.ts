import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests that need a page say so in their first line. Threads start faster than processes. The limit is for tests that
  // hang, not for slow machines.
  test: { environment: "node", pool: "threads", testTimeout: 60_000, include: ["src/**/*.test.{ts,tsx}"] },
});
