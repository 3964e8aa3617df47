import { claudes } from './claude.ts';
import { scenario } from './scenario.ts';

for (const claude of claudes) scenario(claude);
