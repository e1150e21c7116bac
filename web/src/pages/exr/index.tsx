import { useLocation } from 'preact-iso';
import { useTitle } from '../../parts/use-title.ts';
import { exr as texts } from '../../texts/exr.ts';
import { exrAddress } from './exr-address.ts';
import { FileDetails } from './file-details.tsx';
import { Files } from './files.tsx';
import { Sequences } from './sequences.tsx';
import { Verdict } from './verdict.tsx';
import './exr.css';

export default function ExrPage() {
  useTitle(texts.title);
  const { query, route } = useLocation();
  const { prefix = '', file, check } = query;
  const look = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get('prefix');
    route(exrAddress({ prefix: typeof text === 'string' ? text : '' }));
  };
  if (file !== undefined) {
    return (
      <div class="exr">
        <h1>{texts.title}</h1>
        <a href={exrAddress({ prefix })}>{texts.back}</a>
        <FileDetails key={file} fileId={file} />
      </div>
    );
  }
  return (
    <div class="exr">
      <h1>{texts.title}</h1>
      <form class="row" onSubmit={look}>
        <label for="prefix">{texts.prefix}</label>
        <input id="prefix" key={prefix} name="prefix" defaultValue={prefix} />
        <button type="submit">{texts.look}</button>
      </form>
      <Sequences prefix={prefix} />
      <h2>{texts.check}</h2>
      {check === 'true' ? (
        <Verdict of={{ path_prefix: prefix }} />
      ) : (
        <a class="button" href={exrAddress({ prefix, check: 'true' })}>
          {texts.checkAll}
        </a>
      )}
      <Files key={prefix} prefix={prefix} />
    </div>
  );
}
