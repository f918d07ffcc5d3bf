/** The states of an image, in IMGAPI's words. Accounts other than the owner see only activated images. docs/contract.md#visibility */
const rows = {
  active: { isActivated: true, isListed: true },
  unactivated: { isActivated: false, isListed: true },
  disabled: { isActivated: true, isListed: true },
  creating: { isActivated: false, isListed: true },
  failed: { isActivated: false, isListed: true },
  destroyed: { isActivated: false, isListed: false },
} as const satisfies Record<string, { isActivated: boolean; isListed: boolean }>;

export type ImageState = keyof typeof rows;

const select = (filter: (row: { isActivated: boolean; isListed: boolean }) => boolean): ImageState[] =>
  imageStates.filter((state) => filter(rows[state]));

export const imageStates = Object.keys(rows).filter((name): name is ImageState => Object.hasOwn(rows, name));

/** The states that a list shows. */
export const listedStates: readonly ImageState[] = select(({ isListed }) => isListed);

/** The states of images that other accounts can see. */
export const activatedStates: readonly ImageState[] = select(({ isActivated }) => isActivated);

/** The states of images that were never activated. */
export const unactivatedStates: readonly ImageState[] = select(({ isActivated, isListed }) => isListed && !isActivated);
