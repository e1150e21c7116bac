/** Texts of plots. */
export const plots = {
  asTable: 'As a table',
  nothing: 'There is nothing to show.',
  most: (shown: string): string => `highest: ${shown}`,
};
