/** For whom something is imported. */
import { z } from 'zod';

export const user = z.strictObject({
  id: z.string(),
  name: z.string().exactOptional(),
  email: z.string().exactOptional(),
  companyId: z.string().exactOptional(),
  companyName: z.string().exactOptional(),
});

export type User = z.output<typeof user>;
