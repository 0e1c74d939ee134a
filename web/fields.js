/* Receptive fields: the units of the layers below that a unit sees. */

/* The inputs of each layer: squares of kernel x kernel units, step apart. */
const views = {
    c1: { below: 'input', kernel: 5, step: 1 },
    s2: { below: 'c1', kernel: 2, step: 2 },
    c3: { below: 's2', kernel: 5, step: 1 },
    s4: { below: 'c3', kernel: 2, step: 2 },
    c5: { below: 's4', kernel: 5, step: 1 },
};

/* The whole layer: the inputs of F6 and of the output. */
const wholes = { f6: 'c5', output: 'f6' };

/* The maps of the layer below that are inputs of a set of maps. table[s][m]: map s of S2 is an input of map m of C3. */
function feeders(layer, maps, table) {
    if (layer === 'c1')
        return [0];
    if (layer === 'c3')
        return table.map((row, s) => s).filter((s) => maps.some((m) => table[s][m]));
    if (layer === 'c5')
        return table[0].map((fed, m) => m);
    return maps;
}

/** The receptive field of a unit, layer by layer to the input: [{layer, maps, row, column, size}, …]; null: all. */
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
