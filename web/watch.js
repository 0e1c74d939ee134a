/*
 * The page of a training in progress: the events of /v1/training.
 *
 * Ids for tests: #state with data-state (waiting, connected, reconnecting, finished, interrupted), #recipe, #pass,
 * #rate, #loss, #left, #pass-progress, #whole-progress, #curves, #numbers, #kernels, #misread.
 */

import { inRows, paint, refreshColours, scales } from './colours.js';
import { CurvesView } from './curves.js';
import { byId, bytesOf, make, makeCanvas } from './dom.js';
import { number, onLanguage, t } from './i18n.js';
import { onTheme, startSettings } from './settings.js';

const SIDE = 28;
const RETRY = 2000; /* milliseconds before a refused connection is retried */

const curves = new CurvesView(byId('curves'), byId('key'), byId('numbers'));
const received = { training: null, progress: null, kernels: null, misread: null };
let connection = 'waiting';
let source = null;

/* ---- Display ----------------------------------------------------------------------------------------------------- */

function showState(state) {
    connection = state;
    byId('state').dataset.state = state;
    byId('state').textContent = t(`watch-${state}`);
}

function duration(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
    if (hours > 0)
        return t('watch-hours', { hours, minutes });
    return minutes > 0
        ? t('watch-minutes', { minutes, seconds: whole % 60 })
        : t('watch-seconds', { seconds: whole % 60 });
}

function showProgress() {
    const { progress } = received;
    if (!progress)
        return;
    const { pass, passes, seen, pictures } = progress;
    byId('pass').textContent = t('watch-of', { pass, passes });
    byId('rate').textContent = number(progress.pictures_per_s);
    byId('loss').textContent = number(progress.loss, 3);
    byId('left').textContent = duration(progress.seconds_left);
    byId('seen').textContent = `${number(seen)} / ${number(pictures)}`;
    byId('pass-progress').value = seen / pictures;
    byId('whole-progress').value = (pass - 1 + seen / pictures) / passes;
}

function showCurves() {
    if (!received.training)
        return;
    byId('recipe').textContent = received.training.recipe;
    curves.show(received.training);
}

function showKernels() {
    if (!received.kernels)
        return;
    const kernels = received.kernels.c1;
    const most = Math.max(...kernels.flat(2).map(Math.abs));
    byId('kernels').replaceChildren(...kernels.map((kernel, map) => {
        const canvas = makeCanvas(kernel[0].length, kernel.length);
        paint(canvas, kernel, scales.kernel(most));
        return make('li', {}, canvas, make('span', { class: 'soft' }, t('watch-kernel', { map })));
    }));
}

function misreadItem({ truth, answer, picture }) {
    const canvas = makeCanvas(SIDE, SIDE);
    paint(canvas, inRows(bytesOf(picture), SIDE), scales.byte);
    return make('li', {}, canvas, make('span', { 'aria-hidden': 'true' }, `${truth} → ${answer}`),
        make('span', { class: 'unseen' }, t('watch-misread-item', { truth, answer })));
}

function showMisread() {
    const { misread } = received;
    byId('misread-lead').textContent = misread
        ? t('watch-misread-lead', { errors: number(misread.errors), of: number(misread.of) })
        : t('watch-misread-none');
    byId('misread').replaceChildren(...(misread?.digits ?? []).map(misreadItem));
}

function showAll() {
    refreshColours();
    showState(connection);
    showProgress();
    showCurves();
    showKernels();
    showMisread();
}

/* ---- Listening --------------------------------------------------------------------------------------------------- */

/* What each event changes. */
const events = {
    state(training) {
        const { progress, kernels, misread } = training;
        Object.assign(received, { training, progress, kernels, misread });
        showState('connected');
        showAll();
        if (training.finished)
            finish();
    },
    progress(progress) {
        received.progress = progress;
        showProgress();
    },
    pass(pass) {
        const { history } = received.training;
        received.training.history = [...history.filter((known) => known.pass !== pass.pass), pass];
        showCurves();
    },
    kernels(kernels) {
        received.kernels = kernels;
        showKernels();
    },
    misread(misread) {
        received.misread = misread;
        showMisread();
    },
    end({ finished }) {
        source.close();
        if (finished)
            finish();
        else
            showState('interrupted');
    },
};

function finish() {
    source.close();
    showState('finished');
    if (received.progress) {
        received.progress = { ...received.progress, seen: received.progress.pictures, seconds_left: 0 };
        showProgress();
    }
}

function listen() {
    source = new EventSource('/v1/training');
    for (const [name, take] of Object.entries(events))
        source.addEventListener(name, (event) => take(JSON.parse(event.data)));
    source.addEventListener('error', () => {
        showState(received.training ? 'reconnecting' : 'waiting');
        if (source.readyState === EventSource.CLOSED)
            setTimeout(listen, RETRY);
    });
}

startSettings();
showAll();
onTheme(showAll);
onLanguage(showAll);
listen();
