/* The network: the maps of every layer, the receptive field of a unit, the kernels, F6 and the codes. */

import { CodesView } from './codes.js';
import { inRows, scales } from './colours.js';
import { byId, make } from './dom.js';
import { fieldsOf } from './fields.js';
import { number, signed, t } from './i18n.js';
import { firstKernels, KernelsView } from './kernels.js';
import { MapRow } from './maprow.js';

const MAP_LAYERS = ['c1', 's2', 'c3', 's4'];
const PIXELS = { input: 5, c1: 5, s2: 10, c3: 5, s4: 10, f6: 12 }; /* side of a unit at zoom 1 */
const STRIP = { wide: 7, high: 28 }; /* pixels of a unit of C5 */

/* "6@28x28" as {count: 6, side: 28}, "84" as {count: 84, side: 1}. */
function shapeOf(output) {
    const [count, side] = output.split(/[@x]/).map(Number);
    return { count, side: side ?? 1 };
}

const shapeText = (output) => output.replace('@', ' @ ').replace('x', ' × ');

export class NetworkView {
    #description;
    #rows = {};
    #heads = [];
    #kernels;
    #codes;
    #maps = null;
    #chosen = null;

    /** Called with a text for screen readers. */
    onAnnounce = () => {};

    /** description is the answer of /v1/network. */
    constructor(description) {
        this.#description = description;
        this.#kernels = new KernelsView(description);
        this.#codes = new CodesView(description);
        this.#makeRows();
        this.#makeLayers();
        byId('zoom').addEventListener('input', () => this.#zoom());
        byId('network').addEventListener('keydown', (event) => event.key === 'Escape' && this.#choose(null));
        this.#zoom();
        this.refresh();
    }

    /** Shows the maps of a result, or nothing. */
    show(maps) {
        this.#maps = maps;
        this.#paint();
        this.#updateReadout();
    }

    /** Redraws the maps in the current colours and language. */
    refresh() {
        const { layers, parameters, connections } = this.#description;
        for (const { name, head } of this.#heads)
            this.#describe(head, layers.find((layer) => layer.name === name), name);
        for (const [layer, row] of Object.entries(this.#rows))
            row.label = t('maps-label', { layer: this.#nameOf(layer) });
        byId('network-size').textContent = t('network-size', {
            parameters: number(parameters), connections: number(connections),
        });
        this.#tellOrigin();
        this.#kernels.refresh();
        this.#codes.refresh();
        this.show(this.#maps);
    }

    /* ---- Layers ---- */

    #layer(key) {
        return this.#description.layers.find((layer) => layer.name.toLowerCase() === key);
    }

    #nameOf(key) {
        return key === 'input' || key === 'output' ? t(key) : this.#layer(key).name;
    }

    #makeRows() {
        const { codes, weights } = this.#description;
        const picture = { rows: codes[0].length, columns: codes[0][0].length };
        const kernels = firstKernels(weights.c1.weight);
        for (const key of MAP_LAYERS) {
            const { count, side } = shapeOf(this.#layer(key).output);
            const below = key === 'c1' ? (map) => [kernels[map].canvas] : undefined;
            this.#rows[key] = new MapRow({ count, rows: side, columns: side, wide: PIXELS[key], below });
        }
        const side = shapeOf(this.#layer('c1').output).side + weights.c1.weight[0].length - 1;
        this.#rows.input = new MapRow({ count: 1, rows: side, columns: side, wide: PIXELS.input });
        this.#rows.c5 = new MapRow({ count: 1, rows: 1, columns: shapeOf(this.#layer('c5').output).count, ...STRIP });
        this.#rows.f6 = new MapRow({ count: 1, ...picture, wide: PIXELS.f6 });
        this.#rows.output = this.#codes.row;
        this.#kernels.addFirst(kernels);
        for (const [layer, row] of Object.entries(this.#rows)) {
            row.onPoint = (place, byKey) => this.#choose({ layer, ...place }, byKey);
            row.onLeave = () => this.#choose(null);
        }
    }

    #makeLayers() {
        const bodies = {
            C3: [this.#rows.c3.element, this.#kernels.element],
            F6: [make('div', { class: 'draws' }, this.#codes.drawn(this.#rows.f6.element), ...this.#codes.compared)],
            output: this.#codes.elements,
        };
        const layers = byId('layers');
        for (const name of ['input', ...this.#description.layers.map((layer) => layer.name)]) {
            const head = make('div', { class: 'layer-head' });
            const body = bodies[name] ?? [this.#rows[name.toLowerCase()].element];
            this.#heads.push({ name, head });
            layers.append(make('div', { class: 'layer' }, head, make('div', { class: 'layer-body' }, ...body)));
        }
    }

    #describe(head, layer, name) {
        const key = name.toLowerCase();
        const counts = layer
            ? [t('parameters', { count: number(layer.parameters) }),
                t('connections', { count: number(layer.connections) })]
            : [];
        head.replaceChildren(
            make('h3', {}, this.#nameOf(key), ' ',
                make('span', { class: 'shape' }, layer ? shapeText(layer.output) : t('input-shape'))),
            ...counts.map((text) => make('p', { class: 'count' }, text)),
            make('p', { class: 'explain' }, t(`explain-${key}`)));
    }

    #tellOrigin() {
        const { recipe, held_out_errors: errors, held_out_pictures: of } = this.#description.metadata;
        byId('origin').textContent = Number(of) > 0
            ? t('origin', { recipe, errors: number(Number(errors)), of: number(Number(of)) })
            : '';
    }

    #zoom() {
        const zoom = byId('zoom').value;
        byId('layers').style.setProperty('--zoom', zoom);
        byId('zoom-value').textContent = `${number(Number(zoom), 1)} ×`;
    }

    /* ---- Painting ---- */

    /* The states of a layer as the maps of its row. */
    #statesOf(layer) {
        if (layer === 'input')
            return [this.#maps.input];
        if (layer === 'c5')
            return [[this.#maps.c5]];
        if (layer === 'f6')
            return [inRows(this.#maps.f6, this.#description.codes[0][0].length)];
        return this.#maps[layer];
    }

    #paint() {
        for (const layer of ['input', ...MAP_LAYERS, 'c5', 'f6'])
            if (this.#maps)
                this.#rows[layer].paint(this.#statesOf(layer), layer === 'input' ? scales.input : scales.state);
            else
                this.#rows[layer].wipe();
        this.#codes.show(this.#maps);
    }

    /* ---- The chosen unit ---- */

    #choose(chosen, byKey = false) {
        this.#chosen = chosen;
        const fields = chosen ? fieldsOf(chosen, this.#description.table) : [];
        for (const [layer, row] of Object.entries(this.#rows)) {
            row.showField(fields.find((field) => field.layer === layer) ?? null);
            row.showUnit(chosen?.layer === layer ? unitOf(chosen) : null);
        }
        if (chosen?.layer === 'c3' || chosen?.layer === 's4')
            this.#kernels.choose(chosen.map);
        this.#codes.choose(chosen?.layer === 'output' ? chosen.map : null);
        this.#updateReadout();
        if (byKey)
            this.onAnnounce(byId('readout').textContent);
    }

    #updateReadout() {
        const readout = byId('readout');
        if (this.#chosen)
            readout.replaceChildren(make('strong', {}, this.#place()), ' ', this.#value(), ' ', this.#sees());
        else
            readout.textContent = t('readout-none');
    }

    #place() {
        const { layer, map, row, column } = this.#chosen;
        const values = { layer: this.#nameOf(layer), map, row, column };
        if (layer === 'output')
            return t('place-output', values);
        if (layer === 'c5')
            return t('place-unit', { ...values, unit: column });
        return t(layer === 'input' || layer === 'f6' ? 'place-single' : 'place', values);
    }

    #value() {
        if (!this.#maps)
            return '';
        const { layer, map, row, column } = this.#chosen;
        if (layer === 'output')
            return t('distance', { distance: number(this.#maps.penalties[map], 1) });
        return t('value', { value: signed(this.#statesOf(layer)[map][row][column]) });
    }

    /* A sentence about the receptive field of the unit. */
    #sees() {
        const { layer, map } = this.#chosen;
        const { table, weights } = this.#description;
        if (layer === 'input')
            return '';
        if (layer === 'output' || layer === 'f6')
            return t(`sees-${layer}`);
        const { size } = fieldsOf(this.#chosen, table).at(-1);
        const seen = t('sees', { size: `${size} × ${size}` });
        if (layer === 'c3') {
            const fed = table.map((row, s) => s).filter((s) => table[s][map]);
            return `${seen} ${t('fed-by', { maps: fed.join(', ') })}`;
        }
        if (layer === 's2' || layer === 's4') {
            const { coefficient, bias } = weights[layer];
            return `${seen} ${t('subsampling', { coefficient: signed(coefficient[map]), bias: signed(bias[map]) })}`;
        }
        return seen;
    }
}

/* A code of the output is chosen as a whole. */
const unitOf = (chosen) => chosen.layer === 'output' ? { map: chosen.map } : chosen;
