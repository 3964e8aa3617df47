import { gemini } from './gemini.ts';
import { scenario } from './scenario.ts';

scenario(gemini);
