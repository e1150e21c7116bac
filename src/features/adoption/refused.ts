/** A key cannot be adopted, for a reason that its report names. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
