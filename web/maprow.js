/* A row of maps whose units can be chosen by mouse, finger or keyboard: the feature maps of a layer, or the codes. */

import { make, makeCanvas } from './dom.js';
import { paint, wipe } from './colours.js';

const within = (value, most) => Math.max(0, Math.min(most - 1, value));

export class MapRow {
    #count;
    #rows;
    #columns;
    #maps = [];
    #at = { map: 0, row: 0, column: 0 }; /* the position of the keyboard cursor */

    /** Called with {map, row, column} of the chosen unit, and true if it was chosen by a key. */
    onPoint = () => {};

    /** Called when Escape or a click beside the maps cancels the choice. */
    onLeave = () => {};

    /**
     * count maps of rows x columns units. wide and high are a unit's size in pixels. below(map), which may be missing,
     * makes the foot of a map, beside its number.
     */
    constructor({ count, rows, columns, wide, high = wide, below = () => [] }) {
        this.#count = count;
        this.#rows = rows;
        this.#columns = columns;
        this.element = make('div', { class: 'maps', tabindex: '0', role: 'application' });
        this.element.style.setProperty('--wide', `${columns * wide}px`);
        this.element.style.setProperty('--high', `${rows * high}px`);
        for (let map = 0; map < count; map++)
            this.#add(map, below(map));
        this.element.addEventListener('pointermove', (event) => event.pointerType === 'mouse' && this.#pointed(event));
        this.element.addEventListener('pointerdown', (event) => this.#pointed(event));
        this.element.addEventListener('keydown', (event) => this.#key(event));
        this.element.addEventListener('focus', () => {
            if (this.element.matches(':focus-visible'))
                this.onPoint(this.#at, true);
        });
        new ResizeObserver(() => this.#arrange()).observe(this.#maps[0].element);
        window.addEventListener('resize', () => this.#arrange());
    }

    /* Rows of equal length that fit the width, with no map left over. */
    #arrange() {
        const { columnGap, paddingLeft, paddingRight } = getComputedStyle(this.element);
        const gap = parseFloat(columnGap) || 0;
        const padding = parseFloat(paddingLeft) + parseFloat(paddingRight);
        const wide = this.#maps[0].element.offsetWidth + gap;
        const room = this.element.parentElement.clientWidth - padding + gap;
        let length = Math.max(1, Math.min(this.#count, Math.floor(room / wide)));
        while (this.#count % length !== 0)
            length--;
        this.element.style.maxWidth = length < this.#count ? `${length * wide - gap + padding}px` : '';
    }

    #add(map, below) {
        const canvas = makeCanvas(this.#columns, this.#rows);
        const field = make('span', { class: 'field', hidden: true });
        const unit = make('span', { class: 'unit', hidden: true });
        const sheet = make('div', { class: 'sheet' }, canvas, field, unit);
        const name = make('span', { class: 'map-name' }, ...(this.#count > 1 ? [String(map)] : []));
        const element = make('div', { class: 'map' }, sheet, make('div', { class: 'map-foot' }, name, ...below));
        this.#maps.push({ element, sheet, canvas, field, unit });
        this.element.append(element);
    }

    set label(text) {
        this.element.setAttribute('aria-label', text);
    }

    /** Paints maps[map][row][column]. */
    paint(maps, scale) {
        this.#maps.forEach(({ canvas }, map) => paint(canvas, maps[map], scale));
    }

    wipe() {
        this.#maps.forEach(({ canvas }) => wipe(canvas));
    }

    /** Marks the map of the nearest code. */
    distinguish(map) {
        this.#maps.forEach(({ element }, each) => element.classList.toggle('nearest', each === map));
    }

    /** Outlines a chosen unit; null: none. A unit of size null is its whole map. */
    showUnit(chosen) {
        this.#maps.forEach(({ unit }, map) => this.#outline(unit, chosen?.map === map ? chosen : null));
        if (chosen)
            this.#at = { map: chosen.map, row: chosen.row, column: chosen.column };
    }

    /** Outlines a square in some maps and dims the others; null removes both. With maps null: all maps, as a whole. */
    showField(field) {
        this.#maps.forEach(({ element, field: frame }, map) => {
            const seen = field !== null && (field.maps === null || field.maps.includes(map));
            this.#outline(frame, seen ? field : null);
            element.classList.toggle('dim', field !== null && !seen);
        });
    }

    #outline(frame, square) {
        frame.hidden = square === null;
        if (square === null)
            return;
        const whole = square.row === undefined;
        const size = square.size ?? 1;
        frame.style.left = `${whole ? 0 : 100 * square.column / this.#columns}%`;
        frame.style.top = `${whole ? 0 : 100 * square.row / this.#rows}%`;
        frame.style.width = `${whole ? 100 : 100 * size / this.#columns}%`;
        frame.style.height = `${whole ? 100 : 100 * size / this.#rows}%`;
    }

    #pointed(event) {
        const map = this.#maps.findIndex(({ element }) => element.contains(event.target));
        if (map < 0) {
            if (event.type === 'pointerdown')
                this.onLeave();
            return;
        }
        const frame = this.#maps[map].canvas.getBoundingClientRect();
        const row = Math.floor((event.clientY - frame.top) / frame.height * this.#rows);
        const column = Math.floor((event.clientX - frame.left) / frame.width * this.#columns);
        this.onPoint({ map, row: within(row, this.#rows), column: within(column, this.#columns) }, false);
    }

    /* Arrows go from unit to unit and over a side's edge to the next map; Page Up and Down from map to map. */
    #key(event) {
        const moves = {
            ArrowLeft: () => this.#sideways(-1),
            ArrowRight: () => this.#sideways(1),
            ArrowUp: () => ({ ...this.#at, row: within(this.#at.row - 1, this.#rows) }),
            ArrowDown: () => ({ ...this.#at, row: within(this.#at.row + 1, this.#rows) }),
            PageUp: () => ({ ...this.#at, map: within(this.#at.map - 1, this.#count) }),
            PageDown: () => ({ ...this.#at, map: within(this.#at.map + 1, this.#count) }),
            Home: () => ({ ...this.#at, map: 0 }),
            End: () => ({ ...this.#at, map: this.#count - 1 }),
        };
        if (event.key === 'Escape')
            this.onLeave();
        if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey)
            return;
        event.preventDefault();
        this.#at = moves[event.key]();
        this.#maps[this.#at.map].element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        this.onPoint(this.#at, true);
    }

    #sideways(step) {
        const place = this.#at.map * this.#columns + this.#at.column + step;
        const next = within(place, this.#count * this.#columns);
        return { map: Math.floor(next / this.#columns), row: this.#at.row, column: next % this.#columns };
    }
}
