/* The user's settings, language and theme, and their storage. */

import { byId } from './dom.js';
import { languages, setLanguage } from './i18n.js';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const themeListeners = [];

/* The browser may block storage; then settings are not stored. */
function recall(name) {
    try {
        return localStorage.getItem(`lenet5-${name}`);
    } catch {
        return null;
    }
}

function remember(name, value) {
    try {
        localStorage.setItem(`lenet5-${name}`, value);
    } catch {
        /* not stored */
    }
}

/** Calls listener whenever the colours of the page change. */
export function onTheme(listener) {
    themeListeners.push(listener);
}

function tellTheme() {
    themeListeners.forEach((listener) => listener());
}

function setTheme(theme) {
    if (theme === 'auto')
        delete document.documentElement.dataset.theme;
    else
        document.documentElement.dataset.theme = theme;
    tellTheme();
}

function preferredLanguage() {
    const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code in languages);
    return known ?? 'en';
}

/* A select element whose choice is applied and stored at once. */
function wire(name, initial, choose) {
    const select = byId(name);
    const values = Array.from(select.options, (option) => option.value);
    select.value = values.includes(initial) ? initial : values[0];
    choose(select.value);
    select.addEventListener('change', () => {
        remember(name, select.value);
        choose(select.value);
    });
}

/** Connects #language and #theme. */
export function startSettings() {
    wire('language', recall('language') ?? preferredLanguage(), setLanguage);
    wire('theme', recall('theme') ?? 'auto', setTheme);
    dark.addEventListener('change', tellTheme);
}
