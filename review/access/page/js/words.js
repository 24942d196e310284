
/* Numbers, days and names, the same everywhere and in every language of the browser. */
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const millisADay = 86400000;

const grouped = n => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const counted = (n, noun) => grouped(n) + ' ' + noun + (n === 1 ? '' : 's');

const dayText = time => {
	const at = new Date(time);
	const year = at.getUTCFullYear() === windowYear ? '' : ' ' + at.getUTCFullYear();
	return at.getUTCDate() + ' ' + months[at.getUTCMonth()] + year;
};
const minuteText = time => time ? time.slice(0, 16).replace('T', ' ') : 'not known';
const spanText = (first, last) => !first ? '' : dayText(first) === dayText(last) ? dayText(first) : dayText(first) + ' to ' + dayText(last);

/* Who a caller is, in words; the reports' own text stands beside it. */
const principal = arn => {
	const parts = arn.split(':');
	const resource = parts.slice(5).join(':');
	if (parts.length < 6) return arn;
	if (resource === 'root') return 'account ' + parts[4];
	return resource.slice(resource.lastIndexOf('/') + 1);
};
const callerName = caller => {
	if (!caller) return 'somebody whom the logs do not name';
	if (caller.startsWith('sso:')) return caller.slice(4);
	if (caller.startsWith('oidc:') || caller.startsWith('saml:')) return caller.slice(caller.indexOf('/') + 1);
	if (caller.startsWith('arn:')) return principal(caller);
	return caller;
};

const evidence = id => id ? el('span.evidence', null, 'event ', el('code', null, id)) : null;

/* Findings that are wrong, and those that depend on what nobody can see. */
const badFindings = new Set(['not_trusted', 'unknown_account', 'missing_external_id']);
const unsureFindings = new Set(['human_on_machine_role', 'long_term_key', 'condition_dependent', 'broadly_trusted', 'new_principal', 'new_network', 'exception_ended']);
const toneOf = findings => (findings || []).some(f => badFindings.has(f)) ? 'bad' : (findings || []).some(f => unsureFindings.has(f)) ? 'unsure' : '';
const tags = findings => (findings || []).map(f => el('span.tag' + (badFindings.has(f) ? '.bad' : unsureFindings.has(f) ? '.unsure' : ''), null, f));

/* A text as a shell takes it for one word. */
const shellWord = text => /^[\w\-+=,.@:/]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
