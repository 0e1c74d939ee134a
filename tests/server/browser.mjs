// Helpers for tests that open pages of the server in a browser.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { ROOT } from "./server.mjs";
import { smooth } from "./strokes.mjs";

const BROWSER = process.env.LENET5_BROWSER ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = process.env.LENET5_SCREENSHOTS ?? join(ROOT, "build/screenshots");

export const skip = existsSync(BROWSER) ? false : `${BROWSER} is not installed`;

export const launch = () => chromium.launch({
    executablePath: BROWSER,
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
});

// Collects console errors and warnings, exceptions, failed requests, and requests to other origins.
function watch(page, origin, troubles) {
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type()))
            troubles.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`page error: ${error.stack}`));
    page.on("request", (request) => {
        const url = new URL(request.url());
        if (!["blob:", "data:"].includes(url.protocol) && url.origin !== origin)
            troubles.push(`request: ${url}`);
    });
    page.on("response", (response) => {
        if (response.status() >= 400)
            troubles.push(`${response.status()}: ${response.url()}`);
    });
}

// open(T, BROWSER, URL, OPTIONS): opens a page in its own window. At the end of the test every collected trouble must
// match the regular expression page.expected. The browser reports trouble with a delay, so a test that causes some sets
// page.expected beforehand.
export async function open(t, browser, url, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true,
                                               ...options });
    context.setDefaultTimeout(10000);
    const page = await context.newPage();
    const troubles = [];
    watch(page, new URL(url).origin, troubles);
    t.after(async () => {
        await context.close();
        assert.deepEqual(troubles.filter((trouble) => !page.expected?.test(trouble)), []);
    });
    await page.goto(url);
    return page;
}

// until(CONDITION, WHAT): waits until the condition returns true; on timeout fails with the last value it returned.
export async function until(condition, what, within = 5000) {
    const deadline = performance.now() + within;
    for (let last; ; await new Promise((wait) => setTimeout(wait, 30))) {
        last = await condition();
        if (last === true)
            return;
        assert.ok(performance.now() < deadline, `${what}: ${JSON.stringify(last)}`);
    }
}

// untilMany(LOCATOR, COUNT): waits until the locator matches more than COUNT elements.
export async function untilMany(locator, count) {
    await until(async () => await locator.count() > count || locator.count(), `more than ${count} of ${locator}`);
}

// draw(PAGE, STROKES): draws on the pad with the mouse; steps: from point to point, pause: milliseconds after each.
export async function draw(page, strokes, { pause = 0, steps = 3 } = {}) {
    await page.locator("#pad").scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator("#pad").boundingBox();
    const moveTo = ([u, v]) => page.mouse.move(x + u * width, y + v * height);
    for (const stroke of strokes) {
        const [first, ...rest] = smooth(stroke, steps);
        await moveTo(first);
        await page.mouse.down();
        for (const point of rest) {
            await moveTo(point);
            if (pause)
                await page.waitForTimeout(pause);
        }
        await page.mouse.up();
    }
}

// colours(LOCATOR): for each canvas the number of different colours and the share of dark pixels. Reads a copy, because
// the browser warns when a visible canvas is read back.
export const colours = (locator) => locator.evaluateAll((canvases) => canvases.map((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
    copy.fillStyle = "#fff";
    copy.fillRect(0, 0, canvas.width, canvas.height);
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const dark = data.filter((level, i) => i % 4 === 0 && level < 128).length / (data.length / 4);
    return { different: new Set(new Uint32Array(data.buffer)).size, dark };
}));

// violations(PAGE): accessibility violations found by axe, one line each.
export async function violations(page) {
    await page.evaluate(AXE);
    const found = await page.evaluate(() => globalThis.axe.run(document));
    assert.ok(found.passes.length > 10, "axe has run its checks");
    const places = (nodes) => nodes.slice(0, 4).map(({ target }) => target.join(" ")).join(", ");
    return found.violations.map(({ id, nodes }) => `${id}: ${places(nodes)}`);
}

export async function screenshot(page, name) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

export const overflow = (page) => page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
});
