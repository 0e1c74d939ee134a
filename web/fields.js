/* Which units of the layers below a unit sees: receptive fields. */

/* How a layer looks at the one below: squares of kernel x kernel, step apart. */
const views = {
    c1: { below: 'input', kernel: 5, step: 1 },
    s2: { below: 'c1', kernel: 2, step: 2 },
    c3: { below: 's2', kernel: 5, step: 1 },
    s4: { below: 'c3', kernel: 2, step: 2 },
    c5: { below: 's4', kernel: 5, step: 1 },
};

/* Everything: what F6 sees of C5, and the codes of F6. */
const wholes = { f6: 'c5', output: 'f6' };

/* The maps of the layer below that feed a set of maps. table[s][m] says whether map s of S2 feeds map m of C3. */
function feeders(layer, maps, table) {
    if (layer === 'c1')
        return [0];
    if (layer === 'c3')
        return table.map((row, s) => s).filter((s) => maps.some((m) => table[s][m]));
    if (layer === 'c5')
        return table[0].map((fed, m) => m);
    return maps;
}

/** What a unit sees, from the layer below it down to the input: [{layer, maps, row, column, size}, …]; null is all. */
export function fieldsOf({ layer, map, row, column }, table) {
    const fields = [];
    let field = { layer, maps: [map], row, column, size: 1 };
    if (layer in wholes) {
        for (let above = layer; above in wholes; above = wholes[above])
            fields.push({ layer: wholes[above], maps: null });
        field = { layer: 'c5', maps: [0], row: 0, column: 0, size: 1 };
    }
    while (field.layer in views) {
        const { below, kernel, step } = views[field.layer];
        field = {
            layer: below,
            maps: feeders(field.layer, field.maps, table),
            row: field.row * step,
            column: field.column * step,
            size: (field.size - 1) * step + kernel,
        };
        fields.push(field);
    }
    return fields;
}
