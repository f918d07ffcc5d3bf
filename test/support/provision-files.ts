type Images = { images?: readonly object[] };

/** A provision file whose images say that nobody knows their `os` and `type`, where a test does not say. */
export const withKinds = <File>(file: File): File => {
  if (Array.isArray(file)) return file.map(withKind) as File;
  const { images } = file as Images;
  return images ? { ...file, images: images.map(withKind) } : file;
};

const withKind = (image: object) => ("history" in image ? image : { os: null, type: null, ...image });
