/*
 * The page: connects pad, answer, network, reading and collection.
 *
 * Ids for tests: #pad, #undo, #clear, #pen-width, #mode-digit, #mode-number, #language (en, ko), #theme (auto, light,
 * dark), #sureness, #alert; #file (the input that takes a picture);
 * #answer with data-digit ("" where there is none) and data-decision (accepted, rejected, unsure, none);
 * #network with #layers, #readout and #zoom; in #layers each .layer holds .maps of .map;
 * #result with data-strings (the strings with spaces between) and data-decisions (accepted, unsure), #format,
 * #format-other, #method, #lines, #explain, #explanation, #pages with #page-before and #page-after; #correction with
 * #collect, and the fields .correction-digit;
 * #label-digit with a button for each digit (data-label); #collected with data-count, #labelled, #download, #forget.
 */

import { AnswerView } from './answer.js';
import { classifyFile, classifyGrey, network, read } from './api.js';
import { Collection } from './collection.js';
import { paint, refreshColours, scales } from './colours.js';
import { byId, make } from './dom.js';
import { stageImage } from './explanation.js';
import { onLanguage, t } from './i18n.js';
import { Live } from './live.js';
import { NetworkView } from './network.js';
import { Pad } from './pad.js';
import { decode, fitting, startPictures } from './pictures.js';
import { ReadingView } from './reading.js';
import { onTheme, startSettings } from './settings.js';
import { isFinal, Trouble } from './trouble.js';

const PICTURE_SIDE = 28;
const NUMBER_PAUSE = 200; /* milliseconds between readings while a number is written */
const NARROW = 600; /* width in pixels below which the pad for numbers is less wide */
const QUIET = 700; /* milliseconds without a change before a screen reader announces an answer */

startSettings();
refreshColours();

const trouble = new Trouble(byId('alert'));
const pad = new Pad(byId('pad'), byId('pen-cursor'));
const answer = new AnswerView();
const reading = new ReadingView();
const collection = new Collection();
const classifying = new Live(classify, (error, stale) => failed(error, stale, () => showDigit(null)));
const readingLive = new Live(readPad, (error, stale) => failed(error, stale, () => showReading(null, null, drawing)));
let maps = null; /* the view of the network; null until the server has described it */
let mode = 'digit'; /* contents of the pad: 'digit' or 'number' */
let result = null; /* the newest answer about a digit */
let drawing = 0; /* increases with each drawing, so that a label is saved for the right digit */
let page = 1; /* current page of the file on the pad; the explanation covers only this page */
let announcing = 0;

/* Reports an error, unless it is final and concerns an older state of the pad. A final error clears the answer. */
function failed(error, stale, forget) {
    if (stale && isFinal(error))
        return null;
    const pause = trouble.reportRefusal(error);
    if (pause === null)
        forget();
    return pause;
}

/* ---- Announcements for screen readers ---------------------------------------------------------------------------- */

function announce(text) {
    clearTimeout(announcing);
    announcing = setTimeout(() => { byId('announcement').textContent = text; }, QUIET);
}

/* ---- The contents of the pad ------------------------------------------------------------------------------------- */

/* In either mode, a picture on the pad is read as a picture. */
const view = () => pad.file ? 'picture' : mode;

/* Shows the parts of the page that belong to the view: a single digit has its probabilities and its maps. */
function showView() {
    const digit = view() === 'digit';
    document.body.dataset.view = view();
    byId('posterior').hidden = !digit;
    byId('label-digit').hidden = !digit;
    byId('result').hidden = digit;
    byId('network').hidden = !digit; /* until showMapsOf finds that a picture has one */
}

/* ---- One digit --------------------------------------------------------------------------------------------------- */

const sureness = () => byId('sureness').value ? { max_error: byId('sureness').value } : {};

async function classify() {
    const about = drawing;
    if (view() !== 'digit')
        return 0;
    if (pad.blank) {
        showDigit(null);
        return 0;
    }
    const { width, pixels } = pad.grey();
    const found = await classifyGrey(pixels, width, sureness());
    trouble.clear();
    if (view() === 'digit' && !pad.blank)
        showDigit({ ...found, about });
    return 0;
}

function showDigit(found) {
    result = found;
    answer.showDigit(found);
    maps?.show(found?.maps ?? null);
    byId('label-buttons').querySelectorAll('button').forEach((button) => { button.disabled = !found?.maps; });
    announce(answer.sentence);
}

/* The 28x28 picture within the network's input, converted back to bytes. */
function pictureOf(input) {
    const margin = (input.length - PICTURE_SIDE) / 2;
    const middle = (row) => row.slice(margin, margin + PICTURE_SIDE);
    return Uint8Array.from(middle(input).flatMap(middle), (value) => Math.round((value + 0.1) / 1.275 * 255));
}

function labelDigit(label) {
    collection.keep(`pad ${result.about}`, pictureOf(result.maps.input), label);
    announce(t('kept', { digit: label, count: collection.size }));
}

/* ---- A number, or a picture -------------------------------------------------------------------------------------- */

function readOptions(explain) {
    const format = byId('format').value === 'other' ? byId('format-other').value.trim() : byId('format').value;
    const options = { format, method: byId('method').value, n_best: 3, ...sureness() };
    return explain ? { ...options, explain: 1, page } : options;
}

/* The bitmap to show: the picture, or a stage of the explanation if the browser cannot show it. */
async function shownOf(picture, lines) {
    const stage = lines[0]?.explanation?.stages.find(({ line }) => line === 0);
    if (picture || !stage)
        return picture;
    const image = stageImage(stage);
    await image.decode();
    return image;
}

/* Shows the page number if a file has several pages. */
function showPages(lines) {
    const more = lines[0]?.explanation?.more_pages ?? false;
    byId('pages').hidden = page === 1 && !more;
    byId('page-number').textContent = t('page-number', { page });
    byId('page-before').disabled = page === 1;
    byId('page-after').disabled = !more;
}

function turnTo(next) {
    page = next;
    readingLive.changed();
}

/* The file on the pad and its picture, or the drawn number as a file; null if the pad is empty. */
async function sourceOf() {
    if (pad.file)
        return { file: pad.file, picture: pad.picture };
    if (mode !== 'number' || pad.blank)
        return null;
    const file = await pad.png();
    return { file, picture: await decode(file) };
}

async function readSource(source, explain) {
    const about = drawing;
    const lines = await read(source.file, readOptions(explain || source.picture === null));
    trouble.clear();
    const shown = await shownOf(source.picture, lines);
    if (pad.blank || about !== drawing)
        return;
    showPages(lines);
    showReading(shown, lines, about);
    announce(reading.sentence);
    await showMapsOf(source.file, about);
}

function showReading(picture, lines, about) {
    reading.show(picture, lines, about);
    if (view() !== 'digit')
        answer.showLines(reading.lines);
}

/* A picture of a single digit has maps too. */
async function showMapsOf(file, about) {
    const single = view() === 'picture' && reading.lines?.length === 1 && reading.lines[0].digits.length === 1;
    const found = single ? await classifyFile(file, sureness()) : null;
    if (about !== drawing)
        return;
    maps?.show(found?.maps ?? null);
    byId('network').hidden = !found?.maps;
}

async function readPad() {
    const source = await sourceOf();
    byId('result-waiting').hidden = source !== null;
    if (source === null)
        showReading(null, null, drawing);
    else
        await readSource(source, byId('explain').checked);
    return pad.drawing ? NUMBER_PAUSE : 0;
}

/* The pictures of the digits come with the explanation, which is fetched if it is missing. */
async function collectDigits() {
    if (!reading.explained) {
        const { labels } = reading;
        try {
            await readSource(await sourceOf(), true);
        } catch (error) {
            trouble.reportRefusal(error);
            return;
        }
        reading.labels = labels;
    }
    reading.labelled.forEach(({ key, picture, label }) => collection.keep(key, picture, label));
    announce(t('kept-several', { count: collection.size }));
}

/* ---- Pictures ---------------------------------------------------------------------------------------------------- */

async function take(file) {
    const picture = await decode(file);
    const source = await fitting(file, picture);
    pad.lay(source.picture, source.file);
}

/* ---- The pad ----------------------------------------------------------------------------------------------------- */

function changed() {
    drawing++;
    page = 1;
    byId('pad-hint').hidden = !pad.blank;
    showView();
    classifying.changed();
    readingLive.changed();
}

function setMode(next) {
    mode = next;
    document.body.dataset.mode = mode;
    byId('mode-digit').setAttribute('aria-pressed', String(mode === 'digit'));
    byId('mode-number').setAttribute('aria-pressed', String(mode === 'number'));
    answer.showLines(null);
    pad.setFormat(mode === 'number' && byId('write').clientWidth < NARROW ? 'narrowNumber' : mode);
}

function setPen(width) {
    byId('pen-width').value = width;
    pad.penWidth = Number(byId('pen-width').value);
}

/* ---- The keyboard ------------------------------------------------------------------------------------------------ */

const shortcuts = {
    z: () => pad.undo(),
    c: () => pad.clear(),
    delete: () => pad.clear(),
    backspace: () => pad.clear(),
    m: () => setMode(mode === 'digit' ? 'number' : 'digit'),
    o: () => byId('file').click(),
    '[': () => setPen(pad.penWidth - 2),
    ']': () => setPen(pad.penWidth + 2),
};

function shortcut(event) {
    const key = event.key.toLowerCase();
    const undoing = key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!(key in shortcuts) || !(plain || undoing) || event.target.closest('input, select, textarea, dialog'))
        return;
    event.preventDefault();
    shortcuts[key]();
}

/* ---- Start ------------------------------------------------------------------------------------------------------- */

function makeLabelButtons() {
    for (let digit = 0; digit < 10; digit++) {
        const button = make('button', { type: 'button', 'data-label': digit, disabled: true }, String(digit));
        button.addEventListener('click', () => labelDigit(digit));
        byId('label-buttons').append(button);
    }
}

function wireControls() {
    pad.onChange = changed;
    pad.onPen = (down) => announce(t(down ? 'pen-down' : 'pen-up'));
    byId('undo').addEventListener('click', () => pad.undo());
    byId('clear').addEventListener('click', () => pad.clear());
    byId('pen-width').addEventListener('input', () => setPen(byId('pen-width').value));
    byId('mode-digit').addEventListener('click', () => setMode('digit'));
    byId('mode-number').addEventListener('click', () => setMode('number'));
    byId('sureness').addEventListener('change', () => { classifying.changed(); readingLive.changed(); });
    for (const id of ['format', 'format-other', 'method', 'explain'])
        byId(id).addEventListener('change', () => readingLive.changed());
    byId('format').addEventListener('change', () => {
        byId('format-other-label').hidden = byId('format').value !== 'other';
    });
    byId('explain').addEventListener('change', () => {
        byId('explanation').hidden = !byId('explain').checked;
    });
    byId('page-before').addEventListener('click', () => turnTo(page - 1));
    byId('page-after').addEventListener('click', () => turnTo(page + 1));
    reading.onCollect = collectDigits;
    document.addEventListener('keydown', shortcut);
    startPictures(take, () => trouble.report('no-camera'));
}

function paintLegend() {
    const { low, high } = scales.state;
    const { width } = byId('legend');
    const values = Array.from({ length: width }, (_, i) => low + (high - low) * i / (width - 1));
    paint(byId('legend'), [values], scales.state);
}

function refreshAll() {
    refreshColours();
    paintLegend();
    trouble.refresh();
    answer.refresh();
    reading.refresh();
    collection.refresh();
    maps?.refresh();
}

/* Creates the view of the network when the server has described it. */
const describing = new Live(async () => {
    maps = new NetworkView(await network());
    maps.onAnnounce = announce;
    maps.show(result?.maps ?? null);
    return 0;
}, (error) => trouble.reportRefusal(error));

makeLabelButtons();
wireControls();
setPen(byId('pen-width').value);
onTheme(refreshAll);
onLanguage(refreshAll);
setMode('digit');
refreshAll();
describing.changed();
