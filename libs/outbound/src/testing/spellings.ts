/** How one IPv4 address may be written as the host of a URL: the parser folds each of them, or refuses it. */
export function hostsOfV4(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const octal = (value: number): string => `0${value.toString(8)}`;
  const fullWidth = address.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
  return [
    address,
    `${address}.`,
    String(whole),
    hex(whole),
    octal(whole),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    [a, b, c, d].map(hex).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${hex(a)}.${octal(b)}.${c}.${d}`,
    `000${octal(a)}.${b}.${c}.${d}`,
    `0X${whole.toString(16).toUpperCase()}`,
    encodeURIComponent(address).replaceAll('.', '%2e'),
    [...address].map((character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
    fullWidth,
    address.replaceAll('.', '\u3002'),
    address.replaceAll('.', '\uff0e'),
    fullWidth.replaceAll('.', '\uff61'),
    ...v6FormsOf(address).map((form) => `[${form}]`),
  ];
}

/** How one IPv4 address may be written, or reached, as an IPv6 address. */
export function v6FormsOf(address: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = (first: number, second: number): string => `${first.toString(16)}:${second.toString(16)}`;
  const quad = groups(a * 256 + b, c * 256 + d);
  return [
    `::ffff:${address}`,
    `::ffff:${quad}`,
    `0:0:0:0:0:ffff:${quad}`,
    `::FFFF:${quad.toUpperCase()}`,
    `::${address}`,
    `::${quad}`,
    `::ffff:0:${quad}`,
    `64:ff9b::${address}`,
    `64:ff9b::${quad}`,
    `64:ff9b:1::${quad}`,
    `2002:${quad}::1`,
    `2002:${quad}::`,
    `2001:0:4136:e378:8000:63bf:${groups(65_535 - (a * 256 + b), 65_535 - (c * 256 + d))}`,
    `fe80::5efe:${quad}`,
    `2606:4700:0:0:0:5efe:${quad}`,
    `2606:4700:0:0:200:5efe:${quad}`,
  ];
}
