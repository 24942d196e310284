
/* The page of a role, in the order in which somebody asks. */
const block = (title, under, ...content) => el('section.block', null, el('h3', null, title), under ? el('p', null, under) : null, ...content);

const findingItem = f => el('li', null, el('span.severity.' + f.severity, null, f.severity), el('div', null,
	el('p', null, el('b', null, f.role_name), ' ' + f.says),
	el('div.under', null, el('code', null, f.code), f.evidence ? evidence(f.evidence) : el('span', null, 'from ' + f.source))));

const decisionBox = role => {
	const d = decisions.get(roleKey(role)) || {};
	const problem = lacking(role);
	const name = 'decision-' + roleKey(role);
	return el('div.decide', {role: 'group', 'aria-label': 'Decision about ' + role.role_name},
		el('span.choices', null, Object.entries(choices).map(([value, text]) => el('label', null,
			el('input', {type: 'radio', name, value, checked: d.decision === value, onchange: () => decide(role, {decision: value})}), text))),
		d.decision === 'exception' ? el('label', null, 'until ', el('input', {type: 'date', value: d.until || '', onchange: event => decide(role, {until: event.target.value})})) : null,
		el('input', {type: 'text', 'aria-label': 'Reason', placeholder: 'Reason, in one sentence', maxlength: 1000, value: d.reason || '', onchange: event => decide(role, {reason: event.target.value.trim()})}),
		el('span.hint', null, problem ? el('b.problem', null, problem + ' ') : null,
			worst(role) === 'high' && !d.decision ? el('b', null, 'Answer the question first. ') : null, 'Suggested: ', el('b', null, role.suggestion), '. ' + role.why));
};

const askBox = (role, onPaper) => {
	if (!role.in_review) return el('p.quiet', null, role.state === 'deleted' ? 'This role is gone. It is reported, not reviewed.' : 'AWS owns this role. It is reported, not reviewed.');
	const d = decisions.get(roleKey(role));
	return el('div.ask', null, el('div', null,
		el('div.to', null, 'Question to ' + (role.owner || 'whoever owns this role'), onPaper ? null : copyButton(role.question, 'question')), el('q', null, role.question)),
	onPaper ? el('p', null, d?.decision ? 'Decision: ' + d.decision + (d.until ? ' until ' + d.until : '') + '. ' + (d.reason || '') : 'Decision: ______________   until: ____________   by: ______________') : decisionBox(role));
};

const callerItem = c => el('li', null, el('b', null, callerName(c.caller)), ' ', el('span.quiet', null, grouped(c.assumptions) + '\u00d7' + (c.denied ? ', refused ' + grouped(c.denied) + '\u00d7' : '')),
	el('small', null, [c.caller_kind, c.via_role ? 'by way of ' + principal(c.via_role) : '', spanText(c.first_seen, c.last_seen)].filter(Boolean).join(', ') + ' ', evidence(c.evidence)),
	c.caller && c.caller !== callerName(c.caller) ? el('code', null, c.caller) : null, el('div', null, tags(c.findings)));

/* The trust policy, beside those who came: first whom nothing admits, last whom it names in vain. */
const trustBox = role => {
	const came = role.caller_list.filter(c => c.assumptions + c.denied > 0);
	const groups = [
		['No statement admits', came.filter(c => c.findings?.includes('not_trusted'))],
		['Admitted, or not judged', came.filter(c => !c.findings?.includes('not_trusted'))],
		['Came before the window only', role.caller_list.filter(c => c.assumptions + c.denied === 0 && !c.findings?.includes('never_came'))],
		['Trusted, and never came', role.caller_list.filter(c => c.findings?.includes('never_came'))],
	].filter(([, list]) => list.length);
	return el('div.trust', null, el('div.head', null, 'Trust policy of the inventory'), el('div.head', null, 'Seen'),
		el('div', null, role.trust_policy ? el('pre', null, pretty(role.trust_policy)) : el('p.quiet', null, 'Not known: no inventory has it.')),
		el('div', null, groups.length ? groups.map(([title, list]) => el('div', null, el('small', null, title), el('ul.who', null, list.map(callerItem)))) : el('p.quiet', null, 'Nobody came in this window.'),
			role.callers_left_out ? el('small', null, 'and ' + counted(role.callers_left_out, 'more caller') + ': report unexpected --all lists them') : null));
};

const permissionBoxes = (role, onPaper) => el('div.verdicts', null, verdicts.filter(v => role.grants[v]).map(v => {
	const seen = role.permissions.filter(p => p.verdict === v), groups = role.unseen.filter(u => u.verdict === v);
	return el('details', {open: onPaper || v === 'used'},
		el('summary', null, swatch(v), el('span.name', null, v), el('b', null, grouped(role.grants[v])), el('span', null, meanings[v])),
		seen.length ? el('table.grid', null, el('thead', null, el('tr', null, ['Action', 'Access', 'Reason', 'Last', 'Uses', 'Evidence'].map((t, i) => el('th' + (i === 1 || i === 5 ? '.wide' : '') + (i === 4 ? '.right' : ''), {scope: 'col'}, t)))),
			el('tbody', null, seen.map(p => el('tr', null, el('td', null, el('code', null, p.action)), el('td.wide.access', null, p.access_level || '-'), el('td', null, p.reason),
				el('td.day', null, p.last_used ? dayText(p.last_used) : '-'), el('td.right', null, p.uses ? grouped(p.uses) : '-'), el('td.wide.event', null, p.evidence ? el('code', null, p.evidence) : '-'))))) : null,
		groups.length ? el('table.grid', null, el('thead', null, el('tr', null, ['Service', 'Actions', 'Reason', 'Among them'].map((t, i) => el('th' + (i === 1 ? '.right' : '') + (i === 3 ? '.wide' : ''), {scope: 'col'}, t)))),
			el('tbody', null, groups.map(u => el('tr', null, el('td', null, u.service ? el('code', null, u.service) : 'other services'), el('td.right', null, grouped(u.actions)), el('td', null, u.reason),
				el('td.wide', null, (u.examples || []).map((action, i) => [i ? ', ' : '', el('code', null, action)])))))) : null);
}));

/* The document before and after, as diff -u has it; the marks are characters, not colours alone. */
const diff = lines => el('table.diff', null, el('caption.hidden', null, 'What is different: minus is gone, plus is new'), el('tbody', null, lines.map(l =>
	el('tr' + (l.mark === '+' ? '.plus' : l.mark === '-' ? '.minus' : ''), null, el('td', null, l.mark), el('td', null, l.text)))));

const changeItems = role => el('ol.changes', null, role.change_list.map(i => review.changes[i]).map(c => el('li.' + word(c.severity), null,
	el('p', null, el('b', null, c.change.replaceAll('_', ' ')), c.outcome === 'success' ? '' : ' (' + c.outcome + ')', c.summary ? ': ' + c.summary : ''),
	el('small', null, [minuteText(c.event_time), c.severity, 'by ' + callerName(c.actor), c.via ? 'with ' + principal(c.via) : '', c.source_ip_address ? 'from ' + c.source_ip_address : ''].filter(Boolean).join(', ') + ' ', evidence(c.event_id)),
	c.lines?.length ? diff(c.lines) : null)));

const sessionTable = role => el('table.grid', null, el('caption.hidden', null, 'The newest sessions'),
	el('thead', null, el('tr', null, ['Session', 'Caller', 'Made', 'Last call', 'Calls', 'Denied'].map((t, i) => el('th' + (i > 3 ? '.right' : '') + (i === 2 ? '.wide' : ''), {scope: 'col'}, t)))),
	el('tbody', null, role.session_list.map(s => el('tr', null, el('td', null, el('code', null, s.role_session_name || '-')), el('td.who', null, callerName(s.caller) + (s.via_role ? ' by way of ' + principal(s.via_role) : '')),
		el('td.wide.minute', null, minuteText(s.session_created_at)), el('td.minute', null, s.last_seen ? minuteText(s.last_seen) : 'none logged'), el('td.right', null, grouped(s.events)), el('td.right', null, grouped(s.denied))))));

/* Grants by wildcards, statement by statement. */
const broadTable = role => el('table.grid', null, el('caption.hidden', null, 'Statements that grant by wildcards'),
	el('thead', null, el('tr', null, ['Policy and statement', 'Grants on every resource'].map(t => el('th', {scope: 'col'}, t)))),
	el('tbody', null, role.broad_grants.map(b => el('tr', null, el('td', null, el('code', null, b.policy)),
		el('td', null, b.actions[0].startsWith('!') ? 'all but ' : null, b.actions.map((action, i) => [i ? ', ' : '', el('code', null, action.replace(/^!/, ''))]), b.conditional ? el('small', null, ' under a condition') : null)))));

/* A policy in place of those of today. The command says what becomes of each permission. */
const proposalBlock = (role, onPaper) => {
	const p = role.proposal;
	const command = 'report unused --policy ' + shellWord(role.role_arn || '') + (review.window.quarter ? ' --quarter ' + review.window.quarter : ' --since ' + review.window.since + ' --until ' + review.window.until);
	const says = p.why_not ? null : 'Keeps ' + counted(p.kept, 'permission') + (p.unproven ? ', ' + grouped(p.unproven) + ' of them without proof that they are needed,' : '') + ' on what they are granted on today, and takes ' + grouped(p.dropped) + ' away'
		+ (p.unsure ? ', of which ' + grouped(p.unsure) + ' are only probably unused: look at these first' : '') + '.' + (p.denials ? ' ' + counted(p.denials, 'statement') + ' that deny stay.' : '');
	return block('Proposed policy', says,
		p.why_not ? el('p.quiet', null, 'There is none. ' + p.why_not) : p.policies.length ? p.policies.map((text, i) => el('details.policy', {open: onPaper},
			el('summary', null, p.policies.length > 1 ? 'Policy ' + (i + 1) + ' of ' + p.policies.length : 'The policy'), onPaper ? null : copyButton(text, 'policy'), el('pre', null, text))) : el('p.quiet', null, 'It needs no policy: nothing is kept.'),
		p.why_not || !role.role_arn ? null : el('div.command', null, el('code', null, command), onPaper ? null : copyButton(command, 'command')));
};

/* When it was last used, and who says so if it is not the logs. */
const lastUse = role => role.last_used ? minuteText(role.last_used) : role.last_assumed ? 'assumed ' + minuteText(role.last_assumed) :
	role.iam_last_used ? [minuteText(role.iam_last_used), el('small', null, 'says IAM, no log does')] : 'never seen';

const rolePage = (role, onPaper) => {
	const g = role.grants, came = comers(role).length;
	const used = (role.uses_by_day || []).filter(Boolean).length;
	const gaps = [...(accounts.get(role.account_id)?.days || '')].filter(c => c === 'm').length;
	const facts = [
		['Verdict', [mark(role.verdict), role.verdict, el('small', null, role.reason)]],
		['Last used', lastUse(role)],
		['Uses', grouped(role.uses) + (role.denied ? ', ' + grouped(role.denied) + ' denied' : '')], ['Owner', role.owner || 'no owner known'], ['Account', role.account_id], ['Kind', role.kind],
		['Privilege', role.privilege ? [role.privilege, role.privilege_path ? el('small', null, role.privilege_path) : null] : 'not known'], ['Role id', el('code', null, role.role_id || 'not known')],
		role.created_at ? ['Made', dayText(role.created_at)] : null, role.max_session ? ['Longest session', counted(role.max_session / 3600, 'hour')] : null, role.boundary ? ['Boundary', el('code', null, role.boundary)] : null,
	].filter(Boolean);
	return el('article.page', null,
		el('h2', onPaper ? null : {tabindex: -1, id: 'role-title'}, role.role_name || roleKey(role)),
		el('div.arn', null, el('code', null, role.role_arn || 'ARN not known'), onPaper || !role.role_arn ? null : copyButton(role.role_arn, 'ARN')),
		el('dl.meta', null, facts.map(([name, value]) => el('div', null, el('dt', null, name), el('dd', null, value)))),
		askBox(role, onPaper),
		role.earlier ? el('p.quiet.earlier', null, 'Decided in the last review: ', el('b', null, role.earlier.decision), role.earlier.until ? ' until ' + role.earlier.until : '', role.earlier.reason ? ' (' + role.earlier.reason + ')' : '', '. It ' + role.earlier.says + '.') : null,
		role.findings.length ? block('Findings', null, el('ol.findings', null, role.findings.map(findingItem))) : null,
		block('When it was used', 'On ' + used + ' of ' + counted(review.window.days, 'day') + (gaps ? '; ' + counted(gaps, 'day') + ' of its account without logs, hatched' : '') + '. A column is a week; the darker, the more; violet dots are refused calls.', calendar(role)),
		g && g.granted ? block('What it may do and what it did', grouped(g.used) + ' of ' + counted(g.granted, 'granted action') + ' used, in ' + g.services_used + ' of ' + counted(g.services_granted, 'service') + '.', serviceBars(role),
			el('p.key', null, verdicts.filter(v => g[v]).map(v => el('span', null, swatch(v), v))), serviceTable(role, onPaper)) : block('What it may do', null, el('p.quiet', null, g ? 'Its policies grant nothing.' : 'Not known: no inventory has it.')),
		block('Who came, and how', came ? 'From the person, job or service at the start. The wider the line, the more often.' : null,
			came ? el('div.graph', onPaper ? null : {tabindex: 0, role: 'group', 'aria-label': 'Graph of callers'}, graph(role)) : el('p.quiet', null, role.caller_list.length ? 'Nobody in this window.' : 'Nobody, as far as the logs reach.'),
			came ? callerTable(role, onPaper) : null),
		block('Who is trusted, beside who came', null, trustBox(role)),
		role.session_list.length ? block('Sessions', 'The newest ' + role.session_list.length + ' of ' + grouped(role.sessions) + '.', sessionTable(role)) : null,
		g && g.granted ? block('Permissions by verdict', null, permissionBoxes(role, onPaper)) : null,
		role.broad_grants.length ? block('Granted by wildcards', null, broadTable(role)) : null,
		block('What changed', role.change_list.length ? null : 'Nothing about this role changed in the window.', role.change_list.length ? changeItems(role) : null),
		role.proposal ? proposalBlock(role, onPaper) : null);
};
