/**
 * The report page in a real browser. Needs a Chromium: `CHROMIUM` names it, else the one of the
 * system is taken; without any these tests are left out, and say so.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../core/views/report.ts';
import type { ReportData } from '../../core/views/report-data.ts';
import { serve } from '../../core/world/server.ts';
import { nightData } from './night.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CANDIDATES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const CHROMIUM = CANDIDATES.find((path) => path !== '' && existsSync(path));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(CHROMIUM === undefined)('the report page in Chromium', () => {
  let browser: Browser;
  let dir: string;
  const assets = () => ({
    script: readFileSync(join(ROOT, 'dist/report-page.js'), 'utf8'),
    style: readFileSync(join(ROOT, 'dist/report-style.css'), 'utf8'),
  });

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
    dir = mkdtempSync(join(tmpdir(), 'desgw-page-'));
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Opens a page with these data as a file; what it complains of is gathered. */
  async function opened(
    data: ReportData,
    options: { readonly scheme?: 'light' | 'dark'; readonly width?: number } = {},
  ): Promise<{ page: Page; complaints: string[]; bytes: number }> {
    const path = join(dir, 'report.html');
    writeFileSync(path, reportPage(data, assets()));
    const page = await browser.newPage({
      colorScheme: options.scheme ?? 'light',
      viewport: { width: options.width ?? 1280, height: 900 },
      // Only for axe, which is put into the page; the page itself is tried with its own policy below.
      bypassCSP: true,
    });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(`file://${path}`);
    return { page, complaints, bytes: statSync(path).size };
  }

  /** What axe finds serious or worse. */
  async function serious(page: Page): Promise<unknown> {
    await page.evaluate(AXE);
    return page.evaluate(`axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, nodes[0].html]))`);
  }

  test('shows the counts of the data without a complaint and without asking for anything', async () => {
    const { page, complaints } = await opened(nightData(12));
    expect(await page.locator('.tile').allInnerTexts()).toEqual([
      '10 done',
      '1 under way',
      '1 failed',
    ]);
    expect(await page.locator('.card').count()).toBe(12);
    expect(await page.locator('[data-subject="668000"] .parts').textContent()).toBe(
      '49 of 59 complete, 9 failed',
    );
    const failed = await page
      .locator('section[aria-labelledby=failures] td.number')
      .allInnerTexts();
    expect(failed.map(Number).reduce((sum, n) => sum + n, 0)).toBe(4 * 9);
    expect(await page.locator('h1').textContent()).toBe('S230518h <night>');
    expect(await page.locator('.attention').last().textContent()).toBe(
      'exposure.list 5 of 6 exposures go on; not 668001: desgw rescue 668001',
    );
    expect(complaints).toEqual([]);
  }, 300_000);

  test('can be searched, filtered and sorted', async () => {
    const { page } = await opened(nightData(12));
    const names = () => page.locator('.card b').allTextContents();
    await page.getByRole('searchbox').fill('66800');
    expect(await names()).toHaveLength(10);
    await page.getByRole('searchbox').fill('');
    await page.locator('#condition').selectOption('failed');
    expect(await names()).toEqual(['668001']);
    await page.locator('#condition').selectOption('');
    await page.getByRole('button', { name: 'NOOVERLAPS' }).click();
    expect(await names()).toEqual(['668000', '668003', '668006', '668009']);
    expect(await page.getByRole('status').filter({ hasText: 'shown' }).textContent()).toBe(
      '4 of 12 exposures shown',
    );
  }, 300_000);

  test('says what is under the pointer, and of each part what failed', async () => {
    const { page } = await opened(nightData(3));
    // CCD 1 is in the uppermost row, west, that is to the right.
    const plane = page.locator('[data-subject="668000"] .plane');
    const box = (await plane.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.645, box.y + box.height * 0.06);
    expect(await page.locator('#tip').textContent()).toBe('01: failed (RUN02_expose_makeStarCat)');
  }, 300_000);

  test('can be used by keyboard alone', async () => {
    const { page } = await opened(nightData(3));
    await page.locator('[data-subject="668000"]').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('heading').textContent()).toBe('exposure 668000: done');
    expect(await dialog.locator('.plane [role=img]').count()).toBe(62);
    await dialog.locator('.plane [role=img]').first().focus();
    expect(await page.locator('#tip').textContent()).toContain('01: failed');
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
    await page.getByRole('button', { name: /^dagmaker_\*\.out/ }).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.why').textContent()).toContain('no templates');
  }, 300_000);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious in the %s',
    async (scheme) => {
      const { page } = await opened(nightData(6, 3), { scheme });
      expect(await serious(page)).toEqual([]);
      await page.locator('[data-subject="668000"]').click();
      expect(await serious(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('[data-exhibit="8000000"]').click();
      expect(await serious(page)).toEqual([]);
    },
    120_000,
  );

  test('fits a narrow window without scrolling sideways', async () => {
    const { page } = await opened(nightData(6, 3), { width: 400 });
    const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(sideways)).toBe(0);
  }, 300_000);

  test('shows candidates with their light curve and stamps, and finds one', async () => {
    const { page, complaints } = await opened(nightData(3, 12));
    const cards = page.locator('[data-exhibit]');
    expect(await cards.count()).toBe(12);
    expect(await cards.first().locator('.point').count()).toBe(12);
    expect(await cards.first().locator('.point:not(.hollow)').count()).toBe(1);
    expect(await cards.first().locator('img').count()).toBe(3);
    await page.getByRole('search', { name: 'candidates' }).getByRole('searchbox').fill('8000007');
    expect(await cards.allTextContents()).toEqual([expect.stringMatching(/^8000007/)]);
    expect(await page.getByRole('status').filter({ hasText: 'candidates' }).textContent()).toBe(
      '1 of 12 candidates shown',
    );
    expect(complaints).toEqual([]);
  }, 300_000);

  test('every point of a light curve can be reached and read by keyboard', async () => {
    const { page } = await opened(nightData(3, 2));
    await page.locator('[data-exhibit="8000000"]').focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const points = dialog.locator('.curve.large [role=img]');
    expect(await points.count()).toBe(12);
    await points.nth(3).focus();
    expect(await page.locator('#tip').textContent()).toBe(
      'z magnitude 20.00 ± 0.04, MJD 57985.07: 668003 z_05, score 0.95',
    );
    await page.keyboard.press('Tab');
    expect(await page.locator('#tip').textContent()).toContain('668004 i_05, no score');
    expect(await dialog.locator('img').evaluateAll((all) => all.map((one) => one.alt))).toEqual(
      ['template', 'search', 'difference'].map((kind) => `${kind} of 8000000`),
    );
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  }, 300_000);

  test('light curves and stamps are printed without what only a screen has', async () => {
    const { page } = await opened(nightData(3, 2), { scheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('[data-exhibit] .curve').first().isVisible()).toBe(true);
    expect(await page.locator('[data-exhibit] img').first().isVisible()).toBe(true);
    expect(await page.getByRole('searchbox').first().isVisible()).toBe(false);
    const paper = 'getComputedStyle(document.body).backgroundColor';
    expect(await page.evaluate(paper)).toBe('rgb(255, 255, 255)');
  }, 300_000);

  test('five hundred exposures with a thousand candidates take less than 2 MB; it is told which are left out', async () => {
    const { page, bytes, complaints } = await opened(nightData(500, 1000));
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
    expect(await page.locator('[data-subject]').count()).toBe(500);
    const shown = await page.locator('[data-exhibit]').count();
    expect(shown).toBeGreaterThan(100);
    const told = await page.getByRole('status').filter({ hasText: 'candidates' }).textContent();
    expect(told).toContain(`${shown} of 1,000 candidates shown; the last ${1000 - shown} are left`);
    const bare = shown - (await page.locator('[data-exhibit]:has(img)').count());
    expect(told).toContain(`the pictures of ${bare} are left out as well`);
    expect(complaints).toEqual([]);
  }, 300_000);

  test('where it is served it follows what changes, under its own policy', async () => {
    let data = nightData(3);
    const server = await serve({
      port: 0,
      answer: async (path) =>
        path === '/data.json'
          ? { type: 'application/json', body: JSON.stringify(data) }
          : { type: 'text/html', body: reportPage(data, assets(), { live: true }) },
    });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(`http://127.0.0.1:${server.port}/`);
      await page.getByText('live', { exact: true }).waitFor();
      data = nightData(5);
      server.tell('changed');
      await page.locator('.card').nth(4).waitFor();
      expect(await page.locator('.card').count()).toBe(5);
      data = { ...data, unseen: 'desgwfile.ts:3:1: Unexpected "}"' };
      server.tell('changed');
      await page.getByText('Not looked at since: desgwfile.ts:3:1').waitFor();
      expect(await serious(page)).toEqual([]);
      data = nightData(5);
      server.tell('changed');
      await page.getByText('Not looked at since').waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    } finally {
      server.close();
    }
  }, 300_000);
});
