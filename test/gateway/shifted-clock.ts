import type { Scene } from '../program.ts';

/** Words for Node that start a program whose clock is off by so many minutes: ahead, or behind if there are fewer than none. */
export function shiftedClock(scene: Scene, minutes: number): readonly string[] {
  const file = `clock${minutes}.cjs`;
  scene.write(
    file,
    `const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + ${minutes * 60_000});
    else super(...given);
  }
  static now() {
    return Real.now() + ${minutes * 60_000};
  }
};
`,
  );
  return ['--require', `${scene.dir}/${file}`];
}
