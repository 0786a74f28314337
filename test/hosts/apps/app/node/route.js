import { result } from '../../main.mjs';

export const runtime = 'nodejs';
export const dynamic = 'force-dynamic';
export const GET = () => Response.json(result());
