/** Packing as a whole: configuration, limits, what may be read, and equal bytes for equal files. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pack, PackError } from '../../src/packager/index.ts'
import { makeProject, packFiles, type Files } from '../support/project.ts'

describe('app.json', () => {
  test('may begin with a byte order mark', async () => {
    const { packed } = await packFiles({ 'app.json': '\uFEFF{"pages":["pages/index/index"]}' })
    expect(packed.pages).toEqual(['pages/index/index'])
  })

  test('gives each page its window: its own json over the app, WeChat names as aliases', async () => {
    const page = { 'pages/b/b.js': '', 'pages/b/b.axml': '' }
    const { packed } = await packFiles({
      ...page,
      'app.json': JSON.stringify({
        pages: ['/pages/index/index', 'pages/b/b'],
        window: {
          defaultTitle: 'Shop',
          titleBarColor: '#112233',
          pullRefresh: true,
          onReachBottomDistance: '80',
          unknown: 1,
        },
      }),
      'pages/b/b.json': '{"navigationBarTitleText":"B","allowsBounceVertical":"NO"}',
    })
    expect(packed.windows['pages/index/index']).toEqual({
      defaultTitle: 'Shop',
      titleBarColor: '#112233',
      navigationBarFrontColor: 'black',
      backgroundColor: '#ffffff',
      pullRefresh: true,
      allowsBounceVertical: true,
      onReachBottomDistance: 80,
    })
    expect(packed.windows['pages/b/b']).toMatchObject({
      defaultTitle: 'B',
      pullRefresh: false,
      allowsBounceVertical: false,
    })
  })

  test('gives the tab bar with icons from the root, and the home page', async () => {
    const { packed, warnings } = await packFiles({
      'app.json': JSON.stringify({
        pages: ['pages/index/index', 'pages/b/b'],
        entryPagePath: 'pages/b/b',
        tabBar: {
          selectedColor: '#f00',
          items: [{ pagePath: 'pages/b/b', name: 'B', icon: 'a.png', activeIcon: '/none.png' }],
        },
      }),
      'pages/b/b.js': '',
      'pages/b/b.axml': '',
      'a.png': new Uint8Array([1]),
    })
    expect(packed.homePage).toBe('pages/b/b')
    expect(packed.tabBar).toEqual({
      textColor: '#666666',
      selectedColor: '#f00',
      backgroundColor: '#ffffff',
      items: [{ pagePath: 'pages/b/b', name: 'B', icon: '/a.png', activeIcon: '/none.png' }],
    })
    expect(warnings.map((warning) => warning.message)).toEqual(['There is no tab icon /none.png.'])
  })

  test.each<[what: string, json: string, problem: RegExp, line: number]>([
    ['is not JSON', '{\n"pages": [\n]]\n}', /not JSON/, 3],
    ['is not an object', '[]', /not a JSON object/, 1],
    ['lists no pages', '{"pages":[]}', /lists no pages/, 1],
    ['lists a page that is no path', '{"pages":[3]}', /not a path/, 1],
    ['lists a page outside', '{\n"pages":["../x/x"]}', /leads out/, 2],
    ['lists a page without a script', '{"pages":["pages/none/none"]}', /no \/pages\/none\/none.js/, 1],
    ['has a home page that is none', '{"pages":["pages/index/index"],\n"entryPagePath":"x"}', /not one of pages/, 2],
    [
      'has a tab that is no page',
      '{"pages":["pages/index/index"],"tabBar":{"items":[{"pagePath":"x"}]}}',
      /not a page/,
      1,
    ],
    ['has a sub-package without a root', '{"pages":["pages/index/index"],"subPackages":[{}]}', /no root/, 1],
  ])('that %s is refused with its place', async (_, json, problem, line) => {
    await expect(packFiles({ 'app.json': json })).rejects.toMatchObject({
      file: '/app.json',
      line,
      problem: expect.stringMatching(problem) as string,
    })
  })

  test('that is not there, or a folder that is not there, is refused', async () => {
    await expect(pack('/nowhere/at/all')).rejects.toThrow(PackError)
    const project = await makeProject({})
    await expect(pack(join(project.folder, 'pages'))).rejects.toThrow(/no app.json/)
    await project.remove()
  })

  test('with custom components packs, with a warning for each', async () => {
    const { warnings } = await packFiles({ 'pages/index/index.json': '{\n"usingComponents":{"my-card":"./card"}}' })
    expect(warnings[0]).toMatchObject({ file: '/pages/index/index.json', line: 2 })
  })
})

describe('nothing outside of the folder is read:', () => {
  const outside: [what: string, files: Files][] = [
    ['a require', { 'app.js': 'require("../../../../etc/hostname")' }],
    ['an import of templates', { 'pages/index/index.axml': '<import src="../../../x.axml"/>' }],
    ['an include', { 'pages/index/index.axml': '<include src="../../../x.axml"/>' }],
    ['SJS', { 'pages/index/index.axml': '<import-sjs name="m" from="../../../x.sjs"/>' }],
    ['a style', { 'app.acss': '@import "../x.acss";' }],
    ['a file of a style', { 'app.acss': '.a{background:url(../x.png)}' }],
    ['a picture', { 'pages/index/index.axml': '<image src="../../../x.png"/>' }],
    ['a page', { 'app.json': '{"pages":["pages/../../x"]}' }],
    [
      'the main file of a package',
      { 'app.js': 'require("kit")', 'node_modules/kit/package.json': '{"main":"../../../x.js"}' },
    ],
  ]
  test.each(outside)('%s', async (_, files) => {
    await expect(packFiles(files)).rejects.toThrow(/leads out of the project/)
  })

  test('a link to a file or a folder is refused where it is named, and else left out', async () => {
    const secret = await makeProject({
      'secret.js': 'module.exports = "SECRET"',
      'deep/secret.js': 'module.exports = "SECRET"',
    })
    const project = await makeProject({})
    await symlink(join(secret.folder, 'secret.js'), join(project.folder, 'linked.js'))
    await symlink(join(secret.folder, 'deep'), join(project.folder, 'deep'))
    await mkdir(join(project.folder, 'node_modules'))
    await symlink(secret.folder, join(project.folder, 'node_modules', 'kit'))
    const { bytes, warnings } = await pack(project.folder)
    expect(bytes.toString()).not.toContain('SECRET')
    expect(warnings.map((warning) => warning.file)).toEqual(['/deep', '/linked.js'])
    for (const path of ['./linked', './linked.js', './deep/secret', 'kit/secret']) {
      await writeFile(join(project.folder, 'app.js'), `require("${path}")`)
      await expect(pack(project.folder), path).rejects.toThrow(/is a link/)
    }
    await Promise.all([secret.remove(), project.remove()])
  })
})

describe('sizes', () => {
  const big = (megabytes: number) => new Uint8Array(megabytes * 1024 * 1024 + 1)

  test('a package over 2 MB is refused, and says where', async () => {
    await expect(packFiles({ 'assets/a.png': big(2) })).rejects.toMatchObject({
      problem: expect.stringContaining('2 MB') as string,
    })
  })

  test('a file that is no part of the program does not count', async () => {
    const { manifest } = await packFiles({ 'film.mp4': big(3) })
    expect(manifest.files.map((file) => file.path)).not.toContain('/film.mp4')
  })

  test('a sub-package has a limit of its own, and its pages are pages', async () => {
    const files = {
      'app.json': '{"pages":["pages/index/index"],"subPackages":[{"root":"more/","pages":["a/a"]}]}',
      'more/a/a.js': '',
      'more/a/a.axml': '',
      'more/a.png': big(1),
      'b.png': big(1),
    }
    expect((await packFiles(files)).packed.pages).toEqual(['pages/index/index', 'more/a/a'])
    await expect(packFiles({ ...files, 'more/c.png': big(1) })).rejects.toThrow(/sub-package more/)
  })
})

test('equal files give equal bytes, wherever they lie and in whatever order they were written', async () => {
  const files: Files = {
    'b.js': 'my.alert({})',
    'a.js': '',
    'app.js': 'require("./b");require("./a");App({})',
    'z.png': new Uint8Array([1]),
    'app.acss': 'view{top:1rpx}',
  }
  const one = await packFiles(files)
  const other = await packFiles(Object.fromEntries(Object.entries(files).reverse()))
  expect(one.bytes.equals(other.bytes)).toBe(true)
  expect(JSON.parse(one.bytes.toString())).toEqual(one.packed)
  expect(one.bytes.toString()).not.toContain('tradepay-program-')
})

test('the manifest names files, sizes, tags and the icon', async () => {
  const { manifest, packed } = await packFiles({
    'assets/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'pages/index/index.axml': '<view><text/><button/></view>',
  })
  expect(manifest).toMatchObject({
    format: 1,
    homePage: 'pages/index/index',
    components: ['button', 'text', 'view'],
    icon: '/assets/icon.svg',
  })
  expect(packed.assets['/assets/icon.svg']!.type).toBe('image/svg+xml')
  expect(manifest.files.find((file) => file.path === '/app.js')).toEqual({ path: '/app.js', bytes: 7 })
  expect(manifest.sizes.source).toBe(manifest.files.reduce((sum, file) => sum + file.bytes, 0))
})
