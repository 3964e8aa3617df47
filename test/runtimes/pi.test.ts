import { pis } from './pi.ts';
import { scenario } from './scenario.ts';

for (const pi of pis) scenario(pi);
