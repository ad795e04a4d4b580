/** Where the titles are that a typed text may mean: those that are just that, or else all of them. */
export function meant(titles: string[], typed: string): number[] {
  const wanted = typed.trim().toLocaleLowerCase();
  const all = [...titles.keys()];
  const same = all.filter((at) => titles[at]?.toLocaleLowerCase() === wanted);
  return same.length > 0 ? same : all;
}
