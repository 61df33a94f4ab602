import type { ColumnType, Parameter } from "#spi";

type Named = "name" | "type" | "description";

/** Makes the parameters of one type, optional unless said otherwise; `P` may add members of its own. */
export const parameterOf =
  <P extends Parameter = Parameter>(type: ColumnType) =>
  (
    name: string,
    description: string,
    options: Partial<Omit<P, Named>> = {},
  ): Omit<P, Named> & Pick<Parameter, Named> => {
    const own: Pick<Parameter, Named | "required"> = { name, type, required: false, description };
    return Object.assign(own, options) as Omit<P, Named> & Pick<Parameter, Named>;
  };
