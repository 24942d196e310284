
/* Elements. Whatever comes out of a log is set as text and never as markup. */
const find = id => document.getElementById(id);

/* Characters that take no room or turn letters around would make one name look like another. */
const harmless = text => String(text).replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, '\uFFFD');

const fill = (node, attributes, children) => {
	for (const [name, value] of Object.entries(attributes || {})) {
		if (value === null || value === undefined || value === false) continue;
		if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
		else if (name === 'value' || name === 'checked') node[name] = value;
		else node.setAttribute(name, value === true ? '' : harmless(value));
	}
	for (const child of children.flat(Infinity)) {
		if (child === null || child === undefined || child === false) continue;
		node.append(child instanceof Node ? child : document.createTextNode(harmless(child)));
	}
	return node;
};

/* el('p.quiet', {id: 'x'}, 'text', other) */
const el = (name, attributes, ...children) => {
	const [tag, ...classes] = name.split('.');
	const node = document.createElement(tag);
	if (classes.length) node.className = classes.join(' ');
	return fill(node, attributes, children);
};

/* A word of a report as the name of a class. */
const word = text => String(text).replace(/[^a-z_]/g, '');

const svg = (tag, attributes, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

const mark = verdict => {
	const m = svg('svg', {class: 'mark v-' + word(verdict), 'aria-hidden': 'true'}, svg('use', {href: '#m-' + word(verdict)}));
	return m;
};

const say = text => { find('say').textContent = harmless(text); };

let toastTimer = 0;
const toast = text => {
	find('toast').textContent = text;
	find('toast').classList.add('on');
	say(text);
	clearTimeout(toastTimer);
	toastTimer = setTimeout(() => find('toast').classList.remove('on'), 1600);
};

const copy = (text, what) => {
	const done = () => toast(what + ' copied');
	const byHand = () => {
		const area = el('textarea', {value: text, readonly: true});
		(find('panel').open ? find('panel') : document.body).append(area);
		area.select();
		const worked = document.execCommand('copy');
		area.remove();
		if (worked) done(); else toast('This browser does not let pages copy');
	};
	if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, byHand); else byHand();
};

const copyButton = (text, what) => el('button.button.small', {type: 'button', onclick: () => copy(text, what)}, 'Copy ' + what);
