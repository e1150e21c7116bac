/** Without the properties that are undefined. */
export const defined = <Properties extends object>(properties: Properties): Partial<Properties> =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Partial<Properties>;
