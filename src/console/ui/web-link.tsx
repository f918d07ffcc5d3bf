/** An address of the web as a link; anything else, such as `javascript:`, as text. */
export function WebLink({ url }: { url: string }) {
  if (!/^https?:\/\//i.test(url)) return <bdi>{url}</bdi>;
  return (
    <a href={url} rel="noopener noreferrer" referrerpolicy="no-referrer" target="_blank">
      <bdi>{url}</bdi>
    </a>
  );
}
