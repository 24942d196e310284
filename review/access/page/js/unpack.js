/* The data of the page: access/pack.go says how it is packed and compressed. The browser does that itself; nothing is fetched. */
const inflated = text => new Response(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();

const unpack = packed => {
	const value = (v, kind) => {
		if (v === null) return null;
		if (Array.isArray(kind)) return v.map(one => value(one, kind[0]));
		if (kind !== null) {
			const type = packed.types[kind];
			return Object.fromEntries(type.names.map((name, i) => [name, value(v[i], type.kinds[i])]));
		}
		if (Array.isArray(v)) return v.map(one => value(one, null));
		if (typeof v === 'string' && v[0] === '~') return v[1] === '~' ? v.slice(1) : packed.texts[Number(v.slice(1))];
		return v;
	};
	return value(packed.root, 0);
};
