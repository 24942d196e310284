
/* Charts of a role's page: the calendar and the bars of services. */
const heat = (n, most) => n > 0 ? Math.min(4, 1 + Math.floor(4 * Math.log(n) / Math.log(most + 1))) : 0;

const calendar = role => {
	const days = review.window.days;
	const uses = role.uses_by_day || [], denied = role.denied_by_day || [];
	const held = accounts.get(role.account_id)?.days || '';
	const most = Math.max(0, ...uses);
	const before = (new Date(firstDay).getUTCDay() + 6) % 7; // days of the first week before the window
	const weeks = Math.ceil((before + days) / 7);
	const at = day => firstDay + day * millisADay;
	let named = -1;
	const heads = Array.from({length: weeks}, (_, week) => {
		const day = new Date(at(Math.max(0, week * 7 - before)));
		const month = day.getUTCMonth();
		if (month === named) return el('td.out');
		named = month;
		return el('th', {scope: 'col'}, months[month]);
	});
	const cell = day => {
		if (day < 0 || day >= days) return el('td.out');
		const used = uses[day] || 0, refused = denied[day] || 0;
		const none = held[day] === 'm' && used + refused === 0;
		const words = dayText(at(day)) + ': ' + (none ? 'no logs' : counted(used, 'use') + (refused ? ', ' + grouped(refused) + ' denied' : ''));
		return el('td' + (none ? '.none' : '.l' + heat(used, most)) + (refused ? '.refused' : ''), {title: words}, el('span.hidden', null, words));
	};
	return el('table.calendar', null,
		el('caption.hidden', null, 'Use per day of ' + role.role_name),
		el('thead', null, el('tr', null, el('td.out'), heads)),
		el('tbody', null, weekdays.map((name, weekday) => el('tr', null, el('th', {scope: 'row'}, name),
			Array.from({length: weeks}, (_, week) => cell(week * 7 + weekday - before))))));
};

const verdicts = ['used', 'possibly_used', 'denied_only', 'unobservable', 'too_new', 'unused', 'probably_unused'];
const meanings = {
	used: 'seen, with evidence', possibly_used: 'a call may have needed it besides', denied_only: 'attempted, always denied',
	unobservable: 'cannot be seen in these logs; kept', too_new: 'granted inside the window', unused: 'would have been seen, and was not',
	probably_unused: 'not seen; nothing attests that it would be',
};

const swatch = verdict => svg('svg', {class: 'swatch', viewBox: '0 0 14 10', 'aria-hidden': 'true'}, svg('path', {class: 's-' + verdict, d: 'M0 5h14'}));

/* What a chart shows, as a table: for those who cannot see it, and on paper for everybody. */
const asTable = (name, onPaper, heads, rows, under) => el('details.equal', {open: onPaper}, el('summary', null, 'As a table'),
	el('div.scroll', onPaper ? null : {tabindex: 0, role: 'group', 'aria-label': name}, el('table.grid', null, el('caption.hidden', null, name),
		el('thead', null, el('tr', null, heads.map(([head, side]) => el('th' + (side || ''), {scope: 'col'}, head)))),
		el('tbody', null, rows.map(([first, ...cells]) => el('tr', null, el('th', {scope: 'row'}, first), cells.map((cell, i) => el('td' + (heads[i + 1][1] || ''), null, cell))))))),
	under ? el('p.quiet', null, under) : null);

/* A part that is there is never too thin to be seen. */
const stack = (name, counts, total) => {
	const there = verdicts.filter(v => counts[v]);
	const widths = there.map(v => Math.max(100 * counts[v] / total, 2));
	const sum = widths.reduce((a, b) => a + b, 0);
	let x = 0;
	return svg('svg', {class: 'stack', viewBox: '0 0 100 10', preserveAspectRatio: 'none', role: 'img'},
		svg('title', null, name + ', ' + grouped(total) + ' granted: ' + there.map(v => grouped(counts[v]) + ' ' + v).join(', ')),
		there.map((v, i) => {
			const width = 100 * widths[i] / sum;
			const path = svg('path', {class: 's-' + v, d: `M${x.toFixed(2)} 5h${Math.max(.4, width - .6).toFixed(2)}`});
			x += width;
			return path;
		}));
};

const serviceName = s => s.service || counted(s.services, 'other service');
const serviceBars = role => el('div.stacks', null, role.service_list.map(s => el('div', null,
	el('span', null, el('b', null, serviceName(s)), grouped(s.used) + ' of ' + grouped(s.granted)), stack(serviceName(s), s, s.granted))));

const serviceTable = (role, onPaper) => {
	const there = verdicts.filter(v => role.service_list.some(s => s[v]));
	return asTable('Permissions of ' + role.role_name + ' by service and verdict', onPaper, [['Service'], ['granted', '.right'], ...there.map(v => [v, '.right'])],
		role.service_list.map(s => [serviceName(s), grouped(s.granted), ...there.map(v => s[v] ? grouped(s[v]) : '-')]));
};

const pretty = text => {
	try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};
