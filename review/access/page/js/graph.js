
/* Who came and how: the origin, the role in between, this role. */
const mostNodes = 12;

/* All who came, and who might have. */
const comers = role => role.caller_list.map(c => ({
	name: callerName(c.caller), kind: c.caller_kind, via: c.via_role ? principal(c.via_role) : '', times: c.assumptions, refused: c.denied, findings: c.findings || [],
	tone: c.findings?.includes('never_came') ? 'never' : c.assumptions + c.denied ? toneOf(c.findings) : '', first: (c.findings || [])[0],
})).filter(c => c.times + c.refused > 0 || c.tone === 'never');

const graphCallers = role => {
	const named = comers(role);
	if (named.length <= mostNodes) return named;
	const rest = named.slice(mostNodes - 1);
	return [...named.slice(0, mostNodes - 1), {name: counted(rest.length + role.callers_left_out, 'more caller'), kind: 'others', via: '', times: rest.reduce((n, c) => n + c.times, 0), tone: '', first: ''}];
};

/* The graph in one sentence; the table below it has the rest. */
const graphTitle = role => {
	const came = comers(role).filter(c => c.tone !== 'never');
	const most = came.reduce((a, b) => b.times > a.times ? b : a, {times: 0});
	const never = comers(role).length - came.length;
	return 'Callers of ' + role.role_name + ': ' + counted(came.length + role.callers_left_out, 'caller') + (most.times ? ', most often ' + most.name + (most.via ? ' by way of ' + most.via : '') + ', ' + counted(most.times, 'time') : '') +
		(never ? '; ' + grouped(never) + ' trusted and never came' : '');
};

const callerTable = (role, onPaper) => asTable('Callers of ' + role.role_name, onPaper, [['Where it starts'], ['Kind'], ['By way of'], ['Times', '.right'], ['Refused', '.right'], ['Findings']],
	comers(role).map(c => [c.name, c.kind, c.via || '-', c.tone === 'never' ? 'never came' : grouped(c.times), grouped(c.refused), c.findings.join(', ') || '-']),
	role.callers_left_out ? 'and ' + counted(role.callers_left_out, 'more caller') + ': report unexpected --all lists them' : null);

const fitText = (text, room) => text.length > room ? text.slice(0, room - 1) + '\u2026' : text;

const graph = role => {
	const callers = graphCallers(role);
	const hops = [...new Set(callers.map(c => c.via).filter(Boolean))];
	const width = 960, nodeWidth = hops.length ? 252 : 320, rowHeight = 58, top = 24, nodeHeight = 44;
	const height = top + Math.max(1, callers.length) * rowHeight;
	const columns = hops.length ? [0, (width - nodeWidth) / 2, width - nodeWidth] : [0, width - nodeWidth];
	const mine = {x: columns[columns.length - 1], y: top + (height - top - nodeHeight) / 2};
	const place = index => top + index * rowHeight + 4;
	const room = Math.floor((nodeWidth - 24) / 8);
	const node = (x, y, name, under, tone) => svg('g', {class: tone}, svg('title', null, name),
		svg('rect', {x: x + 1, y, width: nodeWidth - 2, height: nodeHeight, rx: 7}),
		svg('text', {x: x + 12, y: y + (under ? 19 : 27), 'font-weight': 600}, fitText(name, room)),
		under ? svg('text', {x: x + 12, y: y + 35, class: 'sub'}, fitText(under, room + 4)) : null);
	const edge = (x1, y1, x2, y2, times, tone, straightTo = x1) => {
		const middle = (straightTo + x2) / 2;
		return svg('path', {class: tone, d: `M${x1} ${y1}H${straightTo}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, 'stroke-width': times ? Math.min(9, 1.4 + 1.7 * Math.log10(times + 1)).toFixed(1) : 1.4});
	};
	const edges = [], nodes = [], heads = ['where it starts', ...(hops.length ? ['by way of'] : []), 'this role'];
	heads.forEach((text, i) => nodes.push(svg('text', {x: columns[i] + 2, y: 14, class: 'sub'}, text)));
	const hopY = new Map(hops.map(hop => {
		const rows = callers.flatMap((c, i) => c.via === hop ? [place(i)] : []);
		return [hop, rows.reduce((a, b) => a + b, 0) / rows.length];
	}));
	callers.forEach((c, i) => {
		const y = place(i), middle = y + nodeHeight / 2;
		const times = c.tone === 'never' ? 'never came' : c.kind + (c.times ? ', ' + grouped(c.times) + '\u00d7' : ', refused');
		nodes.push(node(0, y, c.name, times + (c.first && c.first !== 'expected' && c.tone !== 'never' ? ', ' + c.first : ''), c.tone));
		if (c.via) edges.push(edge(nodeWidth, middle, columns[1], hopY.get(c.via) + nodeHeight / 2, c.times, c.tone));
		else edges.push(edge(nodeWidth, middle, mine.x, mine.y + nodeHeight / 2, c.times, c.tone, hops.length ? columns[1] + nodeWidth : nodeWidth));
	});
	for (const hop of hops) {
		const through = callers.filter(c => c.via === hop);
		nodes.push(node(columns[1], hopY.get(hop), hop, 'role', ''));
		edges.push(edge(columns[1] + nodeWidth, hopY.get(hop) + nodeHeight / 2, mine.x, mine.y + nodeHeight / 2, through.reduce((n, c) => n + c.times, 0), through.every(c => c.tone === 'bad') ? 'bad' : ''));
	}
	nodes.push(node(mine.x, mine.y, role.role_name || roleKey(role), role.account_id, 'me'));
	return svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img'}, svg('title', null, graphTitle(role)), edges, nodes);
};
