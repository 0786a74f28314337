import { test } from 'vitest';
import { result } from './main.mjs';

test('probe', () => console.log(JSON.stringify(result())));
