import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/settings.ts';

describe('the configuration of EXR metadata', () => {
  it('is on, and inspects nothing by itself, unless set', () => {
    expect(loadConfig({}).features.exr).toEqual({ enabled: true, autoInspect: false, keepHistory: false });
    expect(loadConfig({ EXR: 'false' }).features.exr).toMatchObject({ enabled: false, autoInspect: false });
    expect(loadConfig({ EXR_AUTO_INSPECT: 'true' }).features.exr).toMatchObject({ enabled: true, autoInspect: true });
    expect(loadConfig({ EXR_KEEP_HISTORY: 'true' }).features.exr).toMatchObject({ keepHistory: true });
  });

  it('refuses what would be without effect, and what is no value', () => {
    expect(() => loadConfig({ EXR: 'false', EXR_AUTO_INSPECT: 'true' })).toThrow('EXR_AUTO_INSPECT has no effect');
    expect(() => loadConfig({ EXR: 'yes' })).toThrow('EXR takes true or false');
  });
});
