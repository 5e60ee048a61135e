import { Column, PrimaryColumn, type ColumnOptions, type ValueTransformer } from 'typeorm';

/** How the tables write what TypeScript has other words for. Every column states its name and its type. */

/** bigint comes from the driver as a string; every instant and number of ours fits a number exactly. */
const bigintAsNumber: ValueTransformer = {
  to: (value: number | null): number | null => value,
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
};

/** The agency that a row belongs to: the first part of every key. */
export function AgencyId(): PropertyDecorator {
  return PrimaryColumn('uuid', { name: 'agency_id' });
}

/** A part of the primary key. */
export function Key(type: 'uuid' | 'text' | 'smallint' | 'bytea', name: string): PropertyDecorator {
  return PrimaryColumn(type, { name });
}

/** A bigint: an instant in epoch milliseconds, or a running number. */
export function Bigint(name: string, options: Pick<ColumnOptions, 'nullable'> = {}): PropertyDecorator {
  return Column('bigint', { ...options, name, transformer: bigintAsNumber });
}

/** A bigint that is a part of the primary key. */
export function BigintKey(name: string): PropertyDecorator {
  return PrimaryColumn('bigint', { name, transformer: bigintAsNumber });
}
