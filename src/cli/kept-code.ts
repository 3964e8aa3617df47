import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import { crc32 } from 'node:zlib';
import { writeAtomic } from '../core/atomic.ts';

/** What each of the bundled files that are started gives. */
export interface Program {
  main(argv: readonly string[]): Promise<void>;
}

/** Where what the engine makes of a file is kept, and for runs of which kind: each kind runs other functions of it. */
export interface Keep {
  readonly folder: string;
  readonly kind: string;
}

type Wrapped = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void;

/** What is kept is for these very bytes, this engine, and runs of this kind: the first part of the name is of the file alone. */
function keptName(file: string, kind: string): readonly [ofFile: string, rest: string] {
  const { size, mtimeMs } = fs.statSync(file);
  return [
    `${path.basename(file)}-`,
    `${size}-${Math.round(mtimeMs)}-${process.version}-${process.arch}-${kind.replace(' ', '-')}`,
  ];
}

/** The engine believes what it is given, and dies of it where that is damaged: so it ends with a checksum, of so many bytes. */
const sumSize = 4;

function readKept(kept: string): Buffer | undefined {
  try {
    const bytes = fs.readFileSync(kept);
    const data = bytes.subarray(0, -sumSize);
    return bytes.readUInt32LE(data.length) === crc32(data) ? data : undefined;
  } catch {
    // The first run of this kind; or it cannot be read, and is made anew.
    return undefined;
  }
}

function writeKept(kept: string, data: Buffer): void {
  const sum = Buffer.alloc(sumSize);
  sum.writeUInt32LE(crc32(data));
  writeAtomic(kept, Buffer.concat([data, sum]), 0o600);
}

/** Keeps the compiled form of what has run until now, and removes that of older files. Nothing depends on it. */
function keep(folder: string, [ofFile, rest]: readonly [string, string], script: vm.Script): void {
  const stamp = rest.split('-', 2).join('-');
  try {
    writeKept(path.join(folder, ofFile + rest), script.createCachedData());
    for (const name of fs.readdirSync(folder))
      if (name.startsWith(ofFile) && !name.startsWith(`${ofFile}${stamp}-`)) fs.rmSync(path.join(folder, name));
  } catch {
    // A full disk or a folder of somebody else: the next run takes as long as this one.
  }
}

/**
 * Loads a bundled CommonJS file as `require` does, but with what the engine has compiled of it in an earlier run. Unlike the
 * compile cache of Node (22 and newer), that holds the functions that are compiled when they are first called too: of a short
 * run these are most of the work. Where nothing fitting is kept, a run that ends well leaves it for the next one.
 */
export function loadProgram(file: string, { folder, kind }: Keep): Program {
  const name = keptName(file, kind);
  const cachedData = readKept(path.join(folder, name.join('')));
  const source = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, 'utf8')}\n})`;
  const script = new vm.Script(source, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (script.cachedDataRejected !== false)
    process.once('exit', (status) => {
      if (status === 0) keep(folder, name, script);
    });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapped;
  run(module.exports, createRequire(file), module, file, path.dirname(file));
  return module.exports as Program;
}
