import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests that need a page say so in their first line. The limit is for tests that hang, not for slow machines.
  test: { environment: "node", testTimeout: 60_000, include: ["src/**/*.test.{ts,tsx}"] },
});
