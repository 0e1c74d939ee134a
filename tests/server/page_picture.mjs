// Draws docs/page.png, the picture of the page in the README: node tests/server/page_picture.mjs
import { join } from "node:path";

import { draw, launch, until } from "./browser.mjs";
import { ROOT, start } from "./server.mjs";
import { DIGITS } from "./strokes.mjs";

const server = await start();
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1120, height: 712 }, locale: "en-US", colorScheme: "light" });
await page.goto(`${server.base}/`);
await draw(page, DIGITS[3]);
await until(() => page.locator("#answer").evaluate(({ dataset }) => dataset.decision === "accepted"), "an answer");
await page.evaluate(() => scrollTo(0, 0));
await page.mouse.move(1, 1);
await page.screenshot({ path: join(ROOT, "docs/page.png") });
await browser.close();
await server.stop();
