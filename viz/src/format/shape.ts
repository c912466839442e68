// SPDX-License-Identifier: BSD-2-Clause
//
// Checks that a value has the shape that its type promises, so that nothing later has to ask
// again. A shape returns what is wrong, or "" when all is right. Unknown keys are let pass.

export type Shape = (value: unknown, where: string) => string;

const of = (type: string) => (value: unknown, where: string) =>
  typeof value === type ? "" : `${where} should be a ${type}`;

export const number = of("number");
export const string = of("string");
export const boolean = of("boolean");
/** Digits, few enough for a number to hold. */
export const id: Shape = (value, where) =>
  typeof value === "string" && /^\d{1,15}$/.test(value) ? "" : `${where} should be digits`;

export const anything: Shape = () => "";

export const orNull = (shape: Shape): Shape => (value, where) =>
  value === null ? "" : shape(value, where);

export const list = (item: Shape): Shape => (value, where) => {
  if (!Array.isArray(value)) return `${where} should be an array`;
  for (let i = 0; i < value.length; i++) {
    const wrong = item(value[i], `${where}[${i}]`);
    if (wrong) return wrong;
  }
  return "";
};

export const tuple = (...items: Shape[]): Shape => (value, where) => {
  if (!Array.isArray(value) || value.length < items.length) {
    return `${where} should be an array of ${items.length}`;
  }
  for (let i = 0; i < items.length; i++) {
    const wrong = items[i](value[i], `${where}[${i}]`);
    if (wrong) return wrong;
  }
  return "";
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const record = (item: Shape): Shape => (value, where) => {
  if (!isObject(value)) return `${where} should be an object`;
  for (const key of Object.keys(value)) {
    const wrong = item(value[key], `${where}.${key}`);
    if (wrong) return wrong;
  }
  return "";
};

export const object = (members: Record<string, Shape>): Shape => {
  const keys = Object.keys(members);
  return (value, where) => {
    if (!isObject(value)) return `${where} should be an object`;
    for (const key of keys) {
      const member = value[key];
      if (member === undefined) return `${where} has no "${key}"`;
      const wrong = members[key](member, `${where}.${key}`);
      if (wrong) return wrong;
    }
    return "";
  };
};
