// Colours and bold that programs write for terminals. Every other control sequence is left out.

const sequence = /\u001b(?:\[([0-9;]*)([A-Za-z])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Cuts a line into pieces of {text, style}; style is a list of class names. */
export function pieces(line) {
  if (!line.includes('\u001b')) return [{ text: line, style: '' }];
  const found = [];
  let [at, bold, color] = [0, false, ''];
  const add = text => text && found.push({ text, style: `${bold ? 'b ' : ''}${color}`.trim() });
  for (const match of line.matchAll(sequence)) {
    add(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) [bold, color] = [false, ''];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) color = '';
      else if (code >= 30 && code <= 37) color = `c${code - 30}`;
      else if (code >= 90 && code <= 97) color = `c${code - 90}`;
    }
  }
  add(line.slice(at));
  return found;
}

/** The line without its colours. */
export const plain = line => line.replace(sequence, '');
