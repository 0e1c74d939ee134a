// The page of docs/server.md in a browser, used by mouse, keyboard, file and camera.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { colours, draw, launch, open, overflow, screenshot, skip, until, untilMany, violations } from "./browser.mjs";
import { digits, enlarged, tiff } from "./pictures.mjs";
import { newFolder, run, sample, start, startTraining } from "./server.mjs";
import { DIGITS, placed, SCRIBBLE } from "./strokes.mjs";

let server, browser;
before(async () => {
    server = await start();
    browser = skip ? null : await launch();
});
after(async () => {
    await browser?.close();
    assert.equal((await server.stop()).code, 0);
});

const openPage = (t, options) => open(t, browser, `${server.base}/`,
                                   { locale: "en-US", colorScheme: "light", ...options });

const answerOf = (page) => page.locator("#answer").evaluate(({ dataset }) =>
    [dataset.digit, dataset.decision].join(" "));
const resultOf = (page) => page.locator("#result").evaluate(({ dataset }) =>
    [dataset.strings, dataset.decisions].join(": "));

async function expectAnswer(page, answer) {
    await until(async () => await answerOf(page) === answer || answerOf(page), `the answer "${answer}"`);
}

async function expectResult(page, result) {
    await until(async () => await resultOf(page) === result || resultOf(page), `the result "${result}"`);
}

// Strokes of a code on the wide pad.
function code(string) {
    return [...string].flatMap((digit, i) =>
        placed(DIGITS[digit], { x: -0.045 + 0.2 * i, y: 0.03, width: 0.271, height: 0.95 }));
}

// The share of the pad's pixels that are ink.
const inkOf = async (page) => (await colours(page.locator("#pad")))[0].dark;

describe("one digit", { skip }, () => {
    test("each digit is recognised", async (t) => {
        const page = await openPage(t);
        await expectAnswer(page, " none");
        for (const [digit, strokes] of DIGITS.entries()) {
            await draw(page, strokes);
            await expectAnswer(page, `${digit} accepted`);
            assert.match(await page.locator("#answer").innerText(), new RegExp(`${digit}`));
            await page.locator("#clear").click();
            await expectAnswer(page, " none");
        }
    });

    test("a scribble is rejected", async (t) => {
        const page = await openPage(t);
        await draw(page, SCRIBBLE);
        await until(async () => / rejected$/.test(await answerOf(page)) || answerOf(page), "it is rejected");
    });

    test("undo reverts a stroke or a clearing", async (t) => {
        const page = await openPage(t);
        assert.equal(await inkOf(page), 0);
        await draw(page, DIGITS[5].slice(0, 1));
        const one = await inkOf(page);
        await draw(page, DIGITS[5].slice(1));
        await expectAnswer(page, "5 accepted");
        const both = await inkOf(page);
        assert.ok(0 < one && one < both);
        await page.locator("#undo").click();
        assert.equal(await inkOf(page), one);
        await page.locator("#undo").click();
        assert.equal(await inkOf(page), 0);
        await expectAnswer(page, " none");
        await page.locator("#undo").click();
        await draw(page, DIGITS[3]);
        await page.locator("#clear").click();
        await expectAnswer(page, " none");
        await page.locator("#undo").click();
        await expectAnswer(page, "3 accepted");
    });

    test("the width of the pen and the confidence have an effect", async (t) => {
        const page = await openPage(t);
        await page.locator("#pen-width").fill("8");
        await draw(page, DIGITS[7]);
        const thin = await inkOf(page);
        await page.locator("#clear").click();
        await page.locator("#pen-width").fill("36");
        await draw(page, DIGITS[7]);
        assert.ok(await inkOf(page) > 2 * thin);
        const asked = page.waitForRequest((request) => /max_error=1%25/.test(request.url()));
        await page.locator("#sureness").selectOption("1%");
        await asked;
    });

    test("the answer follows each move of the pen within 50 ms", async (t) => {
        const page = await openPage(t);
        await page.evaluate(measureLatency);
        await draw(page, DIGITS[8], { pause: 70, steps: 6 });
        await expectAnswer(page, "8 accepted");
        const times = (await page.evaluate(() => globalThis.latencies)).sort((a, b) => a - b);
        const median = times[Math.floor(times.length / 2)];
        console.log(`from a move of the pen to the answer: ${median.toFixed(1)} ms in the median of ${times.length}`);
        assert.ok(times.length >= 40, `only ${times.length} moves were answered`);
        assert.ok(median < 50, `${median} ms`);
    });

    // Runs in the page: milliseconds from each move of the pen to the next change of the answer.
    function measureLatency() {
        globalThis.latencies = [];
        let moved = null;
        document.querySelector("#pad").addEventListener("pointermove", (event) => {
            moved ??= event.buttons ? event.timeStamp : null;
        });
        new MutationObserver(() => {
            if (moved !== null)
                globalThis.latencies.push(performance.now() - moved);
            moved = null;
        }).observe(document.querySelector("#answer"), { subtree: true, childList: true, attributes: true });
    }
});

describe("the network", { skip }, () => {
    test("a unit of C3 shows its receptive field", async (t) => {
        const page = await openPage(t);
        await draw(page, DIGITS[2]);
        await expectAnswer(page, "2 accepted");
        const { table } = await page.evaluate(async () => (await fetch("/v1/network")).json());
        const layer = (name) => page.locator("#layers > *").filter({ has: page.locator("h3", { hasText: name }) });
        const dimmed = () => layer(/^S2/).locator(".map").evaluateAll((maps) =>
            maps.map(({ classList }) => classList.contains("dim")));
        for (const map of [0, 7, 15]) {
            await layer(/^C3/).locator(".map canvas").nth(map).hover();
            assert.deepEqual(await dimmed(), table.map((row) => !row[map]), `map ${map} has the inputs of Table I`);
        }
        const frame = page.locator("#layers > *").first().locator(".field");
        assert.equal(await frame.evaluate(({ hidden }) => hidden), false);
        assert.equal(await frame.evaluate(({ style }) => parseFloat(style.width)), 100 * 14 / 32);
        assert.match(await page.locator("#readout").innerText(), /C3/);
        await page.mouse.move(2, 2);
    });

    test("maps are drawn, and cleared with the pad", async (t) => {
        const page = await openPage(t);
        await untilMany(page.locator("#layers .map"), 50);
        const maps = page.locator("#layers .map canvas");
        const painted = async () => (await colours(maps)).filter(({ different }) => different > 2).length;
        const before = await painted();
        await draw(page, DIGITS[4]);
        await expectAnswer(page, "4 accepted");
        await until(async () => await painted() >= before + 40 || painted(), "painted maps");
        await page.locator("#clear").click();
        await expectAnswer(page, " none");
        await until(async () => await painted() === before || painted(), "wiped maps");
    });
});

describe("codes and pictures", { skip }, () => {
    test("five digits are read as a code", async (t) => {
        const page = await openPage(t);
        await page.locator("#mode-number").click();
        assert.equal(await page.locator("#mode-number").getAttribute("aria-pressed"), "true");
        await draw(page, code("31902"));
        await expectResult(page, "31902: accepted");
        await page.locator("#format").selectOption("zip5");
        await expectResult(page, "31902: accepted");
        assert.match(await page.locator("#lines").innerText(), /31902/);
        await page.locator("#clear").click();
        await expectResult(page, ": ");
        await page.locator("#mode-digit").click();
        await draw(page, DIGITS[6]);
        await expectAnswer(page, "6 accepted");
    });

    for (const [name, format, result] of [["plain.png", "digits", "52981: accepted"],
                                          ["boxes.jpg", "zip5", "84657: accepted"],
                                          ["shadow.jpg", "digits", "52981: accepted"], ["blank.png", "digits", ": "]])
        test(`${name} from a file`, async (t) => {
            const page = await openPage(t);
            await page.locator("#file").setInputFiles(sample(name));
            await page.locator("#result-body").waitFor();
            await page.locator("#format").selectOption(format);
            await expectResult(page, result);
        });

    test("a WebP picture", async (t) => {
        const page = await openPage(t);
        const [type, lines] = await page.evaluate(async (base64) => {
            const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes]));
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            canvas.getContext("2d").drawImage(picture, 0, 0);
            const body = await canvas.convertToBlob({ type: "image/webp", quality: 0.9 });
            return [body.type, await (await fetch("/v1/read", { method: "POST", body })).json()];
        }, readFileSync(sample("plain.png"), "base64"));
        assert.equal(type, "image/webp");
        assert.equal(lines[0].string, "52981");
    });

    test("a picture is read as a picture, whatever the mode", async (t) => {
        const page = await openPage(t);
        for (const mode of ["digit", "number"]) {
            await page.locator(`#mode-${mode}`).click();
            await page.locator("#file").setInputFiles(sample("plain.png"));
            await expectResult(page, "52981: accepted");
            const text = () => page.locator("#answer-text").innerText();
            await until(async () => await text() === "52981" || text(), `the answer, mode ${mode}`);
            assert.equal(await page.locator("#posterior").isVisible(), false);
            assert.equal(await page.locator("#network").isVisible(), false);
            await page.locator("#clear").click();
        }
    });

    test("a picture of a single digit has maps", async (t) => {
        const page = await openPage(t);
        const [width, height] = [200, 180];
        const pixels = enlarged(digits(t, 10).picture(3), 5, { width, height });
        const file = join(newFolder(t), "digit.tif");
        writeFileSync(file, tiff([{ pixels, width, height }]));
        await page.locator("#file").setInputFiles(file);
        await until(async () => /^[0-9]$/.test(await page.locator("#answer-text").innerText()), "one digit");
        await until(() => page.locator("#network").isVisible(), "its maps");
    });

    test("a reason for a doubt is given in both languages", async (t) => {
        const page = await openPage(t);
        await page.locator("#file").setInputFiles(sample("word.png"));
        const detail = () => page.locator("#answer-detail").innerText();
        await until(async () => /: [a-z]/.test(await detail()) || detail(), "a reason");
        await page.locator("#language").selectOption("ko");
        assert.match(await detail(), /[\uac00-\ud7a3]/);
        assert.doesNotMatch(await detail(), /[a-z]/);
    });

    test("a word is not accepted as a code", async (t) => {
        const page = await openPage(t);
        await page.locator("#file").setInputFiles(sample("word.png"));
        await until(async () => /: unsure$/.test(await resultOf(page)) || resultOf(page), "it is unsure");
    });

    test("explained", async (t) => {
        const page = await openPage(t);
        await page.locator("#file").setInputFiles(sample("ruled-paper.jpg"));
        await expectResult(page, "31902: accepted");
        await page.locator("#explain").check();
        await untilMany(page.locator("#explanation canvas"), 5);
    });

    // Browsers cannot show TIFF, so the page shows a PNG from the server.
    test("the pages of a TIFF, one at a time", async (t) => {
        const page = await openPage(t);
        const file = join(newFolder(t), "pages.tif");
        const [width, height] = [200, 180];
        const written = enlarged(digits(t, 10).picture(3), 5, { width, height });
        const blank = Buffer.alloc(width * height, 255);
        writeFileSync(file, tiff([written, blank].map((pixels) => ({ pixels, width, height }))));
        await page.locator("#file").setInputFiles(file);
        const shows = (number, lines) => until(async () =>
            await page.locator("#page-number").innerText() === `Page ${number}` &&
            await page.locator("#lines li").count() === lines, `page ${number}`);
        await shows(1, 1);
        assert.equal(await page.locator("#result-picture").evaluate((canvas) => canvas.width), width);
        assert.ok((await colours(page.locator("#result-picture")))[0].different > 2, "the picture is blank");
        assert.ok(await page.locator("#page-before").isDisabled());
        await page.locator("#page-after").click();
        await shows(2, 0);
        assert.ok(await page.locator("#page-after").isDisabled());
        await page.locator("#page-before").click();
        await shows(1, 1);
    });

    test("a file that is not a picture gives an error message", async (t) => {
        const page = await openPage(t);
        page.expected = /400/;
        const file = join(newFolder(t), "broken.png");
        writeFileSync(file, "no picture");
        await page.locator("#file").setInputFiles(file);
        await until(async () => await page.locator("#alert").innerText() !== "", "an alert");
        await page.locator("#clear").click();
        await draw(page, DIGITS[1]);
        await expectAnswer(page, "1 accepted");
        await until(async () => await page.locator("#alert").innerText() === "", "the alert is over");
    });

    test("an error of the server is shown in the language of the page", async (t) => {
        const page = await openPage(t, { locale: "ko-KR" });
        page.expected = /400/;
        const file = join(newFolder(t), "broken.png");
        writeFileSync(file, "no picture");
        await page.locator("#file").setInputFiles(file);
        const alert = () => page.locator("#alert").innerText();
        await until(async () => await alert() !== "", "an alert");
        assert.match(await alert(), /[\uac00-\ud7a3]/);
        assert.doesNotMatch(await alert(), /[a-z]/i);
    });

    test("from the camera", async (t) => {
        const page = await openPage(t, { permissions: ["camera"] });
        await page.locator("#camera").click();
        await page.locator("#camera-dialog[open]").waitFor();
        const size = () => page.locator("#camera-view").evaluate(({ videoWidth }) => videoWidth);
        await until(async () => await size() > 0 || size(), "the camera's picture");
        await page.locator("#shoot").click();
        await page.locator("#result-body").waitFor();
        assert.equal(await page.locator("#camera-dialog[open]").count(), 0);
        assert.equal(await page.locator("#camera-view").evaluate(({ srcObject }) => srcObject), null);
        assert.ok(await inkOf(page) > 0, "the photo is not on the pad");
    });
});

describe("labelled digits", { skip }, () => {
    async function downloaded(page) {
        const files = {};
        page.on("download",
                async (download) => { files[download.suggestedFilename()] = readFileSync(await download.path()); });
        await page.locator("#download").click();
        await until(() => Object.keys(files).length === 2 || Object.keys(files), "two files");
        return { images: files["train-images-idx3-ubyte"], labels: files["train-labels-idx1-ubyte"] };
    }

    function checkIdx({ images, labels }, wanted) {
        assert.deepEqual([0, 4, 8, 12].map((at) => images.readUInt32BE(at)), [0x803, wanted.length, 28, 28]);
        assert.equal(images.length, 16 + 784 * wanted.length);
        assert.deepEqual([0, 4].map((at) => labels.readUInt32BE(at)), [0x801, wanted.length]);
        assert.deepEqual([...labels.subarray(8)], wanted);
    }

    // The results of the program for the pictures in the file.
    function classified(t, images, count) {
        const file = join(newFolder(t), "images");
        writeFileSync(file, images);
        const pick = Array.from({ length: count }, (_, i) => i).join();
        return run(["classify", "--json", "--pick", pick, file]).out.trim().split("\n").map((line) =>
            JSON.parse(line).digit);
    }

    test("are downloaded as IDX", async (t) => {
        const page = await openPage(t);
        assert.equal(await page.locator("#download").isEnabled(), false);
        for (const digit of [3, 8]) {
            await page.locator("#clear").click();
            await draw(page, DIGITS[digit]);
            await expectAnswer(page, `${digit} accepted`);
            await page.locator(`#label-digit [data-label="${digit}"]`).click();
        }
        await page.locator('#label-digit [data-label="9"]').click();
        await page.locator('#label-digit [data-label="8"]').click();
        assert.equal(await page.locator("#collected").getAttribute("data-count"), "2");
        const files = await downloaded(page);
        checkIdx(files, [3, 8]);
        assert.deepEqual(classified(t, files.images, 2), [3, 8]);
        await page.locator("#forget").click();
        assert.equal(await page.locator("#collected").getAttribute("data-count"), "0");
    });

    test("of a code, with a label corrected by hand", async (t) => {
        const page = await openPage(t);
        await page.locator("#file").setInputFiles(sample("plain.png"));
        await expectResult(page, "52981: accepted");
        await page.locator(".correction-digit").nth(1).fill("7");
        await page.locator(".correction-digit").nth(3).fill("");
        await page.locator("#collect").click();
        await until(async () => await page.locator("#collected").getAttribute("data-count") === "4", "four are kept");
        const files = await downloaded(page);
        checkIdx(files, [5, 7, 9, 1]);
        assert.deepEqual(classified(t, files.images, 4), [5, 2, 9, 1]);
    });
});

describe("without a mouse", { skip }, () => {
    const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName);

    async function tabTo(page, id) {
        for (let i = 0; i < 80 && await focused(page) !== id; i++)
            await page.keyboard.press("Tab");
        assert.equal(await focused(page), id);
    }

    const press = async (page, key, times) => {
        for (let i = 0; i < times; i++)
            await page.keyboard.press(key);
    };

    test("a digit is drawn with the arrow keys", async (t) => {
        const page = await openPage(t);
        await tabTo(page, "pad");
        await press(page, "ArrowUp", 9);
        await page.keyboard.press(" ");
        await press(page, "ArrowDown", 18);
        await page.keyboard.press(" ");
        await expectAnswer(page, "1 accepted");
        await page.keyboard.press("c");
        await expectAnswer(page, " none");
        await page.keyboard.press("z");
        await expectAnswer(page, "1 accepted");
        const liveText = () => page.locator("[role=status]").innerText();
        await until(async () => /1/.test(await liveText()) || liveText(), "the live region has the answer");
        await page.keyboard.press("m");
        assert.equal(await page.locator("#mode-number").getAttribute("aria-pressed"), "true");
    });

    test("the Tab key reaches every control and leaves it", async (t) => {
        const page = await openPage(t);
        await page.locator("#layers .map").first().waitFor();
        const ids = new Set();
        for (let i = 0; i < 80; i++) {
            await page.keyboard.press("Tab");
            ids.add(await focused(page));
            if (ids.has("BODY"))
                break;
        }
        for (const id of ["language", "theme", "mode-digit", "mode-number", "pad", "undo", "clear", "pen-width",
                          "choose", "camera",
                          "sureness", "zoom"])
            assert.ok(ids.has(id), `${id} of ${[...ids].join()}`);
    });

    test("a unit of the network is chosen with the arrow keys", async (t) => {
        const page = await openPage(t);
        await page.locator("#layers .maps").nth(3).focus();
        await page.keyboard.press("ArrowRight");
        const first = await page.locator("#readout").innerText();
        await page.keyboard.press("ArrowDown");
        assert.notEqual(await page.locator("#readout").innerText(), first);
        assert.match(first, /C3|S2/);
    });

    test("shortcuts are off in text fields", async (t) => {
        const page = await openPage(t);
        await draw(page, DIGITS[0]);
        await expectAnswer(page, "0 accepted");
        await page.locator("#file").setInputFiles(sample("plain.png"));
        await expectResult(page, "52981: accepted");
        const reading = page.waitForResponse((response) => /format=ddd-dddd/.test(response.url()));
        await page.locator("#format").selectOption("other");
        await reading;
        await page.locator("#format-other").fill("");
        await page.locator("#format-other").pressSequentially("cmzd");
        assert.equal(await page.locator("#format-other").inputValue(), "cmzd");
        assert.equal(await page.locator("#mode-digit").getAttribute("aria-pressed"), "true");
    });
});

describe("languages and colours", { skip }, () => {
    const HANGUL = /[\uac00-\ud7a3]/;

    test("Korean can be chosen and is remembered", async (t) => {
        const page = await openPage(t);
        assert.equal(await page.locator("html").getAttribute("lang"), "en");
        assert.doesNotMatch(await page.locator("main").innerText(), HANGUL);
        await page.locator("#language").selectOption("ko");
        assert.equal(await page.locator("html").getAttribute("lang"), "ko");
        for (const heading of await page.locator("main h2:visible").allInnerTexts())
            assert.match(heading, HANGUL);
        assert.match(await page.title(), HANGUL);
        assert.match(await page.locator("#pad").getAttribute("aria-label"), HANGUL);
        await page.reload();
        assert.equal(await page.locator("html").getAttribute("lang"), "ko");
        await page.locator("#language").selectOption("en");
        assert.doesNotMatch(await page.locator("main").innerText(), HANGUL);
    });

    test("a Korean browser gets Korean", async (t) => {
        const page = await openPage(t, { locale: "ko-KR" });
        assert.equal(await page.locator("html").getAttribute("lang"), "ko");
    });

    test("every text exists in both languages", async (t) => {
        const page = await openPage(t);
        const [english, korean] = await page.evaluate(async () => {
            const texts = async (name) => (await import(`/${name}.js`)).default;
            return [await texts("english"), await texts("korean")];
        });
        assert.ok(Object.keys(english).length > 50);
        assert.deepEqual(Object.keys(korean).sort(), Object.keys(english).sort());
        const places = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
        for (const [key, text] of Object.entries(english))
            assert.equal(places(korean[key]), places(text), key);
        const used = await page.locator("[data-t]").evaluateAll((all) => all.map(({ dataset }) => dataset.t));
        assert.deepEqual(used.filter((key) => !(key in english)), []);
    });

    // The lightness of the page's background, 0 to 255.
    const background = (page) => page.evaluate(() => {
        const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return (r + g + b) / 3;
    });

    test("dark and light, by choice and by the system setting", async (t) => {
        const page = await openPage(t);
        assert.ok(await background(page) > 200);
        await page.locator("#theme").selectOption("dark");
        assert.ok(await background(page) < 80);
        await page.reload();
        assert.ok(await background(page) < 80);
        await page.locator("#theme").selectOption("auto");
        assert.ok(await background(page) > 200);
        await page.emulateMedia({ colorScheme: "dark" });
        assert.ok(await background(page) < 80);
        await page.locator("#theme").selectOption("light");
        assert.ok(await background(page) > 200);
    });
});

describe("for everyone", { skip }, () => {
    for (const width of [1280, 390])
        for (const [theme, language] of [["light", "en"], ["light", "ko"], ["dark", "en"], ["dark", "ko"]])
            test(`${width} pixels, ${theme}, ${language}`, async (t) => {
                const page = await openPage(t, { viewport: { width, height: 900 } });
                await page.locator("#language").selectOption(language);
                await page.locator("#theme").selectOption(theme);
                await draw(page, DIGITS[2]);
                await expectAnswer(page, "2 accepted");
                await page.locator("#layers .map canvas").nth(20).hover();
                await look(page, `digit-${width}-${theme}-${language}`);
                await page.locator("#mode-number").click();
                await draw(page, code("04826"));
                await expectResult(page, "04826: accepted");
                await page.locator("#explain").check();
                await untilMany(page.locator("#explanation canvas"), 5);
                await look(page, `code-${width}-${theme}-${language}`);
            });

    for (const [width, height] of [[1280, 800], [820, 1100], [390, 844], [360, 640]])
        test(`the answer is beside or above the pad: ${width} x ${height}`, async (t) => {
            const page = await openPage(t, { viewport: { width, height } });
            await draw(page, DIGITS[2]);
            await expectAnswer(page, "2 accepted");
            await isBesideOrAbove(page);
            await page.locator("#mode-number").click();
            await draw(page, code("04826"));
            await expectResult(page, "04826: accepted");
            await isBesideOrAbove(page);
            await page.locator("#file").setInputFiles(sample("word.png"));
            await until(async () => /: unsure$/.test(await resultOf(page)) || resultOf(page), "it is unsure");
            await isBesideOrAbove(page);
            await page.locator("#file").setInputFiles(sample("../form/filled.jpg"));
            await until(async () => await page.locator("#answer").getAttribute("data-lines") === "4", "four lines");
            await isBesideOrAbove(page);
            assert.ok(await overflow(page) <= 0, `${await overflow(page)} pixels too wide`);
            assert.equal(await page.locator("#keys").isVisible(), width > 560, "keys are listed on wide screens");
        });

    // The answer must be on the first screen, without scrolling, and not below the pad.
    async function isBesideOrAbove(page) {
        await page.evaluate(() => scrollTo(0, 0));
        const pad = await page.locator("#pad").boundingBox();
        const answer = await page.locator("#answer-text").boundingBox();
        const { height } = page.viewportSize();
        assert.ok(answer.y + answer.height <= height, "the answer is below the first screen");
        assert.ok(answer.y < pad.y || answer.x >= pad.x + pad.width, "the answer is below the pad");
    }

    async function look(page, name) {
        await page.mouse.move(1, 1);
        await screenshot(page, name);
        assert.deepEqual(await violations(page), [], name);
        assert.ok(await overflow(page) <= 0, `${name}: ${await overflow(page)} pixels too wide`);
    }

    test("axe detects a violation", async (t) => {
        const page = await openPage(t);
        await page.evaluate(() => document.querySelector("#undo").replaceChildren());
        assert.notDeepEqual(await violations(page), []);
    });

    test("drawing with a finger", async (t) => {
        const page = await openPage(t, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
        const { x, y, width, height } = await page.locator("#pad").boundingBox();
        const client = await page.context().newCDPSession(page);
        const touch = (type, points) => client.send("Input.dispatchTouchEvent", { type, touchPoints: points });
        for (const stroke of DIGITS[7]) {
            const at = ([u, v]) => [{ x: x + u * width, y: y + v * height }];
            await touch("touchStart", at(stroke[0]));
            for (const point of stroke.slice(1))
                await touch("touchMove", at(point));
            await touch("touchEnd", []);
        }
        await expectAnswer(page, "7 accepted");
        assert.equal(await page.evaluate(() => scrollY), 0, "the page was scrolled");
    });
});

describe("without the server", { skip }, () => {
    test("the page shows an error", async (t) => {
        const other = await start();
        const page = await open(t, browser, `${other.base}/`);
        await draw(page, DIGITS[3]);
        await expectAnswer(page, "3 accepted");
        page.expected = /ERR_|Failed to load/;
        await other.stop();
        await draw(page, SCRIBBLE);
        await until(async () => await page.locator("#alert").innerText() !== "", "an alert");
        await page.goto("about:blank");
    });
});

describe("a training that is watched", { skip }, () => {
    let training, folder, models = 0;
    before(async () => {
        folder = mkdtempSync(join(tmpdir(), "lenet5-watch-"));
        assert.equal(run(["synth", "--out", folder, "--count", "30000", "--test-count", "2000"]).code, 0);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const watch = async (t, options, ...more) => {
        training = await startTraining(["--data", folder, "--out", `${++models}.safetensors`, ...more], { cwd: folder });
        const ended = training.ended;
        t.after(() => training.stop());
        const page = await open(t, browser, `${training.base}/watch.html`, { locale: "en-US", ...options });
        return { page, ended };
    };
    const stateOf = (page) => page.locator("#state").getAttribute("data-state");
    const becomes = (page, state) =>
        until(async () => await stateOf(page) === state || stateOf(page), `the state "${state}"`, 60000);

    for (const [width, colorScheme, locale] of [[1280, "light", "en-US"], [390, "dark", "ko-KR"]])
        test(`shows curves and misread digits to its end: ${width} pixels, ${colorScheme}, ${locale}`, async (t) => {
            const options = { viewport: { width, height: 900 }, colorScheme, locale };
            const { page, ended } = await watch(t, options, "--recipe", "1998", "--epochs", "3");
            await becomes(page, "connected");
            await until(async () => /[1-9]/.test(await page.locator("#loss").innerText()), "a loss", 30000);
            await becomes(page, "finished");
            assert.equal((await ended).code, 0);
            await checkShown(page, 3);
            await screenshot(page, `watch-${width}-${colorScheme}-${locale.slice(0, 2)}`);
            assert.deepEqual(await violations(page), []);
            assert.ok(await overflow(page) <= 0, `${await overflow(page)} pixels too wide`);
        });

    async function checkShown(page, passes) {
        assert.equal(await page.locator("#recipe").innerText(), "1998");
        assert.match(await page.locator("#pass").innerText(), new RegExp(`${passes}`));
        assert.ok(await page.locator("#curves svg :is(path, polyline)").count() >= 2, "curves");
        assert.equal(await page.locator("#kernels canvas").count(), 6);
        const kernels = await colours(page.locator("#kernels canvas"));
        assert.ok(kernels.every(({ different }) => different > 5), "a kernel is blank");
        const misread = page.locator("#misread canvas");
        assert.ok(await misread.count() >= 1, "misread digits");
        assert.ok((await colours(misread)).every(({ different }) => different > 2), "a misread digit is blank");
        await page.locator("details summary").click();
        assert.ok(await page.locator("#numbers tr").count() >= passes, "numbers");
    }

    test("an interrupted training", async (t) => {
        const { page, ended } = await watch(t, {}, "--recipe", "1998", "--epochs", "100");
        await becomes(page, "connected");
        training.child.kill("SIGINT");
        await ended;
        await becomes(page, "interrupted");
    });
});
