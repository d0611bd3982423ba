/** What may stand between the values of a csv file. */
import { z } from 'zod';

export const delimiter = z
  .string()
  .regex(/^[^\0\r\n"\ufeff]{1,4}$/u, 'one to four characters that end no line, and no double quotes');
